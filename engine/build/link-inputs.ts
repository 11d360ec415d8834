import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { readRegularStart } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import type { CommandInput, LinkerCommand } from './linker-command.ts';
import { runtimeLibraries } from './linker-options.ts';
import { scriptInputs } from './linker-scripts.ts';
import { runtimeFiles } from './runtime-files.ts';

/** A file whose code goes into the output. */
export interface LinkFile {
  readonly path: string;
  readonly kind: 'object' | 'archive';
  readonly wholeArchive: boolean;
}

/** The places besides `-L` where a linker looks for `-lNAME`. */
export interface SearchPlaces {
  /** Directories of the variable LIBRARY_PATH. */
  readonly libraryPath: readonly string[];
  /** Resolves to the linker's built-in directories. Called only for a library that was not found before. */
  system(): Promise<readonly string[]>;
}

/** What a linker treats a file as: decided by its first bytes, as linkers do, never by its name. */
type FileKind = 'object' | 'archive' | 'shared' | 'script' | { readonly refused: string };

/** Longest linker script that is read, in bytes. */
const MAX_SCRIPT = 64 * 1024;
/** Most scripts that are read for one output: with each level of nesting they could name ever more. */
const MAX_SCRIPTS = 1000;
/** Scripts nested deeper than this are taken for a cycle. */
const MAX_NESTING = 8;

/**
 * Finds the files of a linker command line: libraries in the directories where the linker looks, and the files that
 * linker scripts among them name (`libc.so` is one). Shared objects go to `shared`, since their code is not in the
 * output. The C runtime (libc, libgcc, found where the system has it) is no package's code and goes to `runtime`:
 * only its names matter. Whatever is not found or not understood goes to `unsupported`. Throws CheckError for objects
 * that are not ELF.
 */
export async function linkFiles(
  command: LinkerCommand,
  cwd: string,
  places: SearchPlaces,
): Promise<{ files: LinkFile[]; shared: string[]; runtime: string[]; unsupported: string[] }> {
  const reader = new InputReader(command, cwd, places);
  for (const input of command.inputs) await reader.add(input, 0);
  const runtime = runtimeFiles(reader.libraries, {
    directories: await places.system(),
    find: firstOf,
    read: readRuntime,
  });
  return {
    files: reader.files,
    shared: reader.shared,
    runtime,
    unsupported: [...new Set(reader.unsupported)],
  };
}

/**
 * Throws CheckError for an object on a linker command line that is not ELF: its options are then those of another
 * linker.
 */
export function refuseOtherFormats({ inputs }: LinkerCommand): void {
  for (const input of inputs) if ('path' in input) kindOf(input.path);
}

class InputReader {
  readonly files: LinkFile[] = [];
  readonly shared: string[] = [];
  readonly unsupported: string[] = [];
  /** Libraries of the C runtime. */
  readonly libraries = new Set<string>();
  private readonly command: LinkerCommand;
  private readonly cwd: string;
  private readonly places: SearchPlaces;
  private readonly own: readonly string[];
  private system: readonly string[] | undefined;
  private scripts = 0;

  constructor(command: LinkerCommand, cwd: string, places: SearchPlaces) {
    this.command = command;
    this.cwd = cwd;
    this.places = places;
    this.own = [...command.searched, ...places.libraryPath];
  }

  async add(input: CommandInput, depth: number): Promise<void> {
    const path = 'path' in input ? input.path : await this.find(input);
    if (path === undefined) return;
    const kind = kindOf(path);
    if (kind === 'shared') this.shared.push(path);
    else if (kind === 'object' || kind === 'archive')
      this.files.push({ path, kind, wholeArchive: input.wholeArchive });
    else if (kind === 'script') await this.script(path, input, depth);
    else this.unsupported.push(`${path} (${kind.refused})`);
  }

  /**
   * Resolves to the file that `-lNAME` stands for; undefined for the C runtime. A library that is not found cannot be
   * judged.
   */
  private async find(
    input: Extract<CommandInput, { library: string }>,
  ): Promise<string | undefined> {
    const { library } = input;
    const names = library.startsWith(':')
      ? [library.slice(1)]
      : [...(input.static ? [] : [`lib${library}.so`]), `lib${library}.a`];
    const own = firstOf(this.own, names);
    if (own === undefined && runtimeLibraries.has(library)) this.libraries.add(library);
    if (own !== undefined || runtimeLibraries.has(library)) return own;
    this.system ??= await this.places.system();
    const found = firstOf(this.system, names);
    if (found === undefined)
      this.unsupported.push(`-l${library} (not found where the linker looks for libraries)`);
    return found;
  }

  private async script(path: string, input: CommandInput, depth: number): Promise<void> {
    if (depth > MAX_NESTING) {
      this.unsupported.push(`${path} (linker scripts that name each other)`);
      return;
    }
    if (++this.scripts > MAX_SCRIPTS) {
      this.unsupported.push(`${path} (too many linker scripts)`);
      return;
    }
    // Anything behind the part that is read would be linked unseen.
    const start = readRegularStart(path, MAX_SCRIPT + 1);
    const items = start.length > MAX_SCRIPT ? undefined : scriptInputs(start.toString('latin1'));
    if (items === undefined) {
      this.unsupported.push(`${path} (neither an object nor a library)`);
      return;
    }
    const common = { wholeArchive: input.wholeArchive };
    for (const item of items) {
      if (item.startsWith('-l')) {
        const isStatic = 'static' in input && input.static;
        await this.add({ ...common, library: item.slice(2), static: isStatic }, depth + 1);
        continue;
      }
      const found = isAbsolute(item)
        ? item
        : firstOf(
            [this.command.sysroot ?? this.cwd, this.cwd, dirname(path), ...this.own],
            [item.replace(/^(?:=|\$SYSROOT)\/?/, '')],
          );
      if (found === undefined)
        this.unsupported.push(`${path} (it names ${item}, which is missing)`);
      else await this.add({ ...common, path: resolve(this.cwd, found) }, depth + 1);
    }
  }
}

/**
 * Returns how a file of the C runtime tells the names it refers to. The linker itself refuses a file that it cannot
 * read.
 */
function readRuntime(path: string): 'names' | readonly string[] | undefined {
  const kind = kindOf(path);
  if (kind === 'script') return scriptInputs(readRegularStart(path, MAX_SCRIPT).toString('latin1'));
  return typeof kind === 'string' ? 'names' : undefined;
}

/**
 * Returns the path of a library. Directories take precedence over names: a linker takes a file from the first directory that has one, shared before
 * static.
 */
export function firstOf(
  directories: readonly string[],
  names: readonly string[],
): string | undefined {
  for (const directory of directories) {
    for (const name of names) {
      const path = join(directory, name);
      try {
        // Most files do not exist, and an exception for each would take several times as long.
        if (statSync(path, { throwIfNoEntry: false }) === undefined) continue;
        readRegularStart(path, 1);
        return path;
      } catch {
        // The file is missing or cannot be read: the linker skips it too.
      }
    }
  }
  return undefined;
}

/** ELF gABI, "ELF Header": e_type. */
const ET_REL = 1;
const ET_DYN = 3;

/** WebAssembly, Mach-O and COFF (x86-64, i386, aarch64) objects. */
const otherFormats = [
  '\0asm',
  '\xcf\xfa\xed\xfe',
  '\xce\xfa\xed\xfe',
  '\xca\xfe\xba\xbe',
  '\x64\x86',
  '\x4c\x01',
  '\x64\xaa',
];

/** Paths of known archives with their stamps: all outputs of a workspace link the same archives. */
const archives = new Map<string, string>();

function kindOf(path: string): FileKind {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  const stamp = status && `${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`;
  // Archives only: if the file were something else after all, reading it as an archive would fail.
  if (stamp !== undefined && archives.get(path) === stamp) return 'archive';
  const kind = kindByStart(path);
  if (stamp !== undefined && kind === 'archive') archives.set(path, stamp);
  return kind;
}

function kindByStart(path: string): FileKind {
  let start: Buffer;
  try {
    start = readRegularStart(path, 20);
  } catch (error) {
    return { refused: `it cannot be read: ${reasonOf(error)}` };
  }
  const magic = start.toString('latin1', 0, 8);
  if (magic === '!<arch>\n') return 'archive';
  if (magic === '!<thin>\n') return { refused: 'a thin archive, whose members are elsewhere' };
  if (magic.startsWith('BC\xc0\xde') || magic.startsWith('\xde\xc0\x17\x0b'))
    return { refused: 'LLVM bitcode: build without linker-plugin-lto' };
  if (otherFormats.some((other) => magic.startsWith(other))) {
    throw new CheckError(
      `${path} is no ELF file: outputs of its target cannot be judged`,
      'check for a target with ELF, COFF or Mach-O objects (Linux, BSD, bare metal, Windows, macOS)',
    );
  }
  if (!magic.startsWith('\x7fELF')) return 'script';
  const type = start[5] === 2 ? start.readUInt16BE(16) : start.readUInt16LE(16);
  if (type === ET_REL) return 'object';
  return type === ET_DYN ? 'shared' : { refused: 'an ELF file that is no object' };
}
