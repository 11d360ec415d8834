import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { readRegularStart } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import type { Platform } from '../workspace/platform.ts';
import { firstOf, type LinkFile } from './link-inputs.ts';
import type { CommandInput, LinkerCommand } from './linker-command.ts';
import { systemLibraries } from './system-libraries.ts';

type FileKind = 'object' | 'archive' | 'shared' | { readonly refused: string };

/** Names that a linker looks for in each directory, by what stands behind `-l`. */
const libraryNames: Record<
  Exclude<Platform['linker'], 'gnu'>,
  (name: string, isStatic: boolean) => readonly string[]
> = {
  // GNU ld manual, "Options specific to PE targets": direct linking to a DLL.
  mingw: (name, isStatic) => [
    ...(isStatic ? [] : [`lib${name}.dll.a`, `${name}.dll.a`]),
    ...[`lib${name}.a`, `${name}.lib`, `lib${name}.lib`],
    ...(isStatic ? [] : [`lib${name}.dll`, `${name}.dll`]),
  ],
  msvc: (name) => [`${name}.lib`, name],
  // `man ld`, "-lx": a name that ends in `.o` stands for a file of just this name.
  apple: (name, isStatic) => [
    ...(name.endsWith('.o') ? [name] : []),
    ...(isStatic ? [] : [`lib${name}.dylib`, `lib${name}.tbd`, `lib${name}.so`]),
    `lib${name}.a`,
  ],
};

/**
 * Finds the files of a command line for a linker of Windows or Apple's systems. Libraries of the system are not on this
 * machine and need not be: their code is not in the output. A library in a directory that the command line names is
 * read, also one of which only an object may tell the linker, and one that is said to be static has to be found. Throws
 * CheckError for a file of another format.
 */
export function foreignFiles(
  command: LinkerCommand,
  { format, linker }: Platform,
): { files: LinkFile[]; shared: string[]; runtime: string[]; unsupported: string[] } {
  if (linker === 'gnu') throw new Error('a linker of ELF files looks for libraries by itself');
  const files: LinkFile[] = [];
  const shared: string[] = [];
  const unsupported: string[] = [];
  const directories = new Directories();
  const frameworkPlaces = command.frameworkPlaces ?? [];
  const find = (input: Exclude<CommandInput, { path: string }>): string | undefined => {
    const { library: name, static: isStatic, isFramework } = input;
    if (isFramework) {
      const places = directories.all(frameworkPlaces, `${name}.framework`);
      return directories.firstOf(places, [name, `${name}.tbd`]);
    }
    const names = name.startsWith(':') ? [name.slice(1)] : libraryNames[linker](name, isStatic);
    const found = directories.firstOf(command.searched, names);
    if (found === undefined && isStatic)
      unsupported.push(`-l${name} (a static library that is in none of the directories of -L)`);
    return found;
  };
  const add = (path: string | undefined, wholeArchive: boolean): void => {
    if (path === undefined) return;
    const kind = kindOf(path, format);
    if (kind === 'object' || kind === 'archive') files.push({ path, kind, wholeArchive });
    else if (kind === 'shared') shared.push(path);
    else unsupported.push(`${path} (${kind.refused})`);
  };
  for (const input of command.inputs)
    add('path' in input ? input.path : find(input), input.wholeArchive);
  const byObjects = [
    ...systemLibraries[linker].map((library) => ({ library, static: false, wholeArchive: false })),
    ...directories.frameworks(frameworkPlaces).map((library) => ({
      ...{ library, static: false, wholeArchive: false },
      isFramework: true as const,
    })),
  ];
  const known = new Set([...files.map(({ path }) => path), ...shared]);
  for (const path of new Set(byObjects.map(find))) if (!known.has(path ?? '')) add(path, false);
  return { files, shared, runtime: [], unsupported: [...unsupported, ...directories.doubtful] };
}

/** Looks for names without regard to case, as the file systems of Windows and Apple do; reads each directory once. */
class Directories {
  /** Names that differ in case alone, of which only one can be there on such a system: which one, nobody can tell. */
  readonly doubtful: string[] = [];
  private readonly known = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /** Returns the first file of one of the names that can be read. */
  firstOf(directories: readonly string[], names: readonly string[]): string | undefined {
    for (const directory of directories)
      for (const name of names) {
        const entry = this.entry(directory, name);
        const found = entry === undefined ? undefined : firstOf([directory], [entry]);
        if (found !== undefined) return found;
      }
    return undefined;
  }

  /** Returns the paths of what has a name. */
  all(directories: readonly string[], name: string): string[] {
    return directories.flatMap((directory) => {
      const entry = this.entry(directory, name);
      return entry === undefined ? [] : [join(directory, entry)];
    });
  }

  /** Returns the names of all frameworks. */
  frameworks(directories: readonly string[]): string[] {
    const names = directories.flatMap((directory) => [...this.entries(directory).values()].flat());
    return names.flatMap((name) => /^(.+)\.framework$/i.exec(name)?.[1] ?? []);
  }

  private entry(directory: string, name: string): string | undefined {
    // The name of a library may have directories in it.
    const [, below = '', last = name] = /^(.*\/)([^/]*)$/.exec(name) ?? [];
    const found = this.entries(join(directory, below)).get(last.toLowerCase()) ?? [];
    if (found.length > 1)
      this.doubtful.push(
        `${join(directory, below)} (it has ${found.join(' and ')}, one file on the target's system)`,
      );
    return found[0] === undefined ? undefined : `${below}${found[0]}`;
  }

  private entries(directory: string): ReadonlyMap<string, readonly string[]> {
    const known = this.known.get(directory);
    if (known !== undefined) return known;
    const entries = new Map<string, string[]>();
    for (const name of namesIn(directory)) {
      const key = name.toLowerCase();
      entries.set(key, [...(entries.get(key) ?? []), name]);
    }
    this.known.set(directory, entries);
    return entries;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    // A directory of `-L` need not be there.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new CheckError(
      `cannot look for libraries in ${directory}: ${reasonOf(error)}`,
      'make the directory readable, or remove it from the options of the linker',
      { cause: error },
    );
  }
}

/** COFF, "Machine Types": i386, x86-64, ARM, ARM64, ARM64EC, ARM64X. */
const coffMachines = new Set([0x14c, 0x8664, 0x1c4, 0xaa64, 0xa641, 0xa64e]);

function kindOf(path: string, format: Platform['format']): FileKind {
  let start: Buffer;
  try {
    start = readRegularStart(path, 20);
  } catch (error) {
    return { refused: `it cannot be read: ${reasonOf(error)}` };
  }
  const text = start.toString('latin1');
  if (text.startsWith('!<arch>\n')) return 'archive';
  if (text.startsWith('!<thin>\n'))
    return { refused: 'a thin archive, whose members are elsewhere' };
  if (text.startsWith('BC\xc0\xde') || text.startsWith('\xde\xc0\x17\x0b'))
    return { refused: 'LLVM bitcode: build without linker-plugin-lto' };
  const found = formatOf(start);
  if (found === undefined) return text.startsWith('--- !tapi') ? 'shared' : unknown(format);
  if (found.format !== format)
    throw new CheckError(
      `${path} is a file of ${names[found.format]}, and those of the target are of ${names[format]}`,
      'link a library that was built for the target',
    );
  return found.kind;
}

const names = { elf: 'the format ELF', coff: 'the format COFF', 'mach-o': 'the format Mach-O' };

/** Returns the format of an object, program or shared library by its first bytes; undefined for anything else. */
function formatOf(
  start: Buffer,
): { readonly format: Platform['format']; readonly kind: FileKind } | undefined {
  if (start.length < 16) return undefined;
  const magic = start.readUInt32LE(0);
  if (magic === 0x464c457f) return { format: 'elf', kind: 'object' };
  // Mach-O, "mach_header": MH_OBJECT; MH_DYLIB, MH_BUNDLE and MH_DYLIB_STUB.
  if (magic === 0xfeedfacf || magic === 0xfeedface) {
    const type = start.readUInt32LE(12);
    if (type === 1) return { format: 'mach-o', kind: 'object' };
    if ([6, 8, 9].includes(type)) return { format: 'mach-o', kind: 'shared' };
    return { format: 'mach-o', kind: { refused: 'a Mach-O file that is no object' } };
  }
  if (magic === 0xbebafeca)
    return {
      format: 'mach-o',
      kind: { refused: 'a universal file: take the part for the target (`lipo -thin`)' },
    };
  if (start.toString('latin1', 0, 2) === 'MZ') return { format: 'coff', kind: 'shared' };
  // An object with many sections, or an import of a DLL.
  if (magic === 0xffff0000) return { format: 'coff', kind: 'object' };
  if (coffMachines.has(start.readUInt16LE(0))) return { format: 'coff', kind: 'object' };
  return undefined;
}

function unknown(format: Platform['format']): FileKind {
  return { refused: `neither an object nor a library of ${names[format]}` };
}
