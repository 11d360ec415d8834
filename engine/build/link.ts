import { basename, dirname, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import type { Workspace } from '../workspace/types.ts';
import { foreignFiles } from './foreign-inputs.ts';
import { linkFiles, refuseOtherFormats } from './link-inputs.ts';
import type { LinkerCommand } from './linker-command.ts';
import { linkerFlavours } from './linker-flavours.ts';
import { type LinkOrigin, refusedPlaces } from './linker-places.ts';
import type { LibraryDirectories } from './system-directories.ts';
import type { BuildHandlers, LinkRequest, OutputKind, RustcInvocation } from './types.ts';

/** Content of an output that is never run. */
export const placeholder = `#!/bin/sh
echo "cackle judged this program without linking it; build it with cargo to run it" >&2
exit 126
`;

/** Length of {@link placeholder} in bytes. */
export const PLACEHOLDER_LENGTH = Buffer.byteLength(placeholder);

/** Returns whether this is the content of an output that was judged but not linked. */
export function isPlaceholder(content: Buffer): boolean {
  return content.equals(Buffer.from(placeholder));
}

/**
 * Returns whether the output of this unit must be real: rustc reads a dylib's metadata from the linked file, and
 * loads a proc macro. Nothing is linked for a target without ELF files: only build scripts and proc macros have to run.
 */
export function needsLink(invocation: RustcInvocation, linkAll: boolean): boolean {
  const { kind, isProcMacro, crateTypes, platform } = invocation;
  if (platform.format !== 'elf') return false;
  return linkAll || kind === 'build-script' || isProcMacro || crateTypes.includes('dylib');
}

/** Returns whether rustc calls a linker for this unit. The default crate type and tests are programs. */
export function expectsLink({ crateTypes }: RustcInvocation): boolean {
  const unlinked = ['lib', 'rlib', 'staticlib'];
  return crateTypes.length === 0 || crateTypes.some((type) => !unlinked.includes(type));
}

/** Where a link takes place. */
export interface LinkPlace {
  readonly workspace: Workspace;
  readonly handlers: Pick<BuildHandlers, 'scriptInstructions'>;
  readonly directories: LibraryDirectories;
  /** The user's linker. */
  readonly linker: string;
  /** The linker's environment. */
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Returns the path by which rustc knows a copied file. */
  readonly original?: (path: string) => string;
}

/** Resolves to the link that a linker command line describes: its inputs are found and its version scripts read. */
export async function describeLink(
  invocation: RustcInvocation,
  command: LinkerCommand,
  place: LinkPlace,
): Promise<LinkRequest> {
  const outputKind: OutputKind = !command.shared
    ? 'executable'
    : invocation.isProcMacro
      ? 'proc-macro'
      : 'shared';
  const { workspace, handlers, directories, linker, env, cwd, original = (path) => path } = place;
  const { platform } = invocation;
  const flavour = linkerFlavours[platform.linker];
  const scripts = command.scripts.map((path) => ({
    path,
    patterns: flavour.exported(readScript(path, invocation)),
  }));
  const libraryPath = (env.get('LIBRARY_PATH') ?? '').split(':').filter((path) => path !== '');
  const instructions = handlers.scriptInstructions();
  const refused = [
    ...refusedOptions(command, invocation, { workspace, invocation, instructions }),
    ...scripts.flatMap(({ path, patterns }) =>
      patterns === undefined
        ? [
            `${path} (a script with a quote or comment that linkers end at different places, or that does more than to export)`,
          ]
        : [],
    ),
  ];
  const isElf = platform.format === 'elf';
  if (refused.length > 0 && isElf) refuseOtherFormats(command);
  // When options are refused, the linker is not even asked where it looks: `-B` makes it run programs to answer.
  const { files, shared, runtime, unsupported } =
    refused.length > 0
      ? { files: [], shared: [], runtime: [], unsupported: [] }
      : !isElf
        ? foreignFiles(command, platform)
        : await linkFiles(command, cwd, {
            libraryPath: libraryPath.map((path) => resolve(cwd, path)),
            system: () => directories.directoriesOf(linker, command, env, cwd),
          });
  return {
    invocation,
    outputKind,
    output: command.output,
    inputs: files.map((file) => ({
      ...file,
      own: file.kind === 'object' && isOwnObject(original(file.path), invocation),
    })),
    shared,
    runtime,
    drops: command.drops,
    rootSymbols: command.rootSymbols,
    exportPatterns: [
      ...command.exportPatterns,
      ...scripts.flatMap(({ patterns }) => patterns ?? []),
    ],
    exportsAll: command.exportsAll || (command.shared && !command.versioned),
    unsupported: [...refused, ...unsupported],
  };
}

/** Returns why a command line is refused because of its options alone. */
function refusedOptions(
  command: LinkerCommand,
  { outDir }: RustcInvocation,
  origin: LinkOrigin,
): string[] {
  return [
    ...command.unsupported,
    ...(dirname(command.output) === outDir
      ? []
      : [`-o ${command.output} (cargo expects this output elsewhere)`]),
    ...refusedPlaces(command, origin),
  ];
}

/**
 * Throws CheckError for a link that cannot be judged. Called before the link starts, because linkers load code and
 * run programs.
 */
export function refuseUnsupported({ output, unsupported }: LinkRequest): void {
  if (unsupported.length === 0) return;
  throw new CheckError(
    `the link of ${output} cannot be judged: ${unsupported.join('; ')}`,
    'remove that option from RUSTFLAGS, .cargo/config.toml or the build script',
  );
}

/** Reads a version script or dynamic list. The user writes these files, and a build script may do so too. */
function readScript(path: string, { crateName }: RustcInvocation): string {
  try {
    return readRegularFile(path).toString();
  } catch (error) {
    throw new CheckError(
      `cannot read ${path}, a script for the linker of ${crateName}: ${reasonOf(error)}`,
      'remove that option of the linker: a build script of the package may give it, or `-C link-arg` in the configuration of cargo',
      { cause: error },
    );
  }
}

/**
 * Returns whether rustc made this object for this unit: an object of its code, or one of two in its temporary
 * directory.
 */
function isOwnObject(path: string, { outDir, crateName, extraFilename }: RustcInvocation): boolean {
  const name = basename(path);
  if (dirname(path) === outDir)
    return name.startsWith(`${crateName}${extraFilename}.`) && name.endsWith('.rcgu.o');
  return (
    dirname(dirname(path)) === outDir &&
    /^rustc[A-Za-z0-9]{6}$/.test(basename(dirname(path))) &&
    /^(?:symbols|rmeta)\.o$/.test(name)
  );
}
