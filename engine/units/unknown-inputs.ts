import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LinkRequest } from '../build/types.ts';
import { CheckError } from '../errors.ts';
import { isWithin } from '../paths.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/** By the path of an input that rustc may have made of a library: the libraries that are possible (rule 9.15). */
export type PossibleCopies = ReadonlyMap<string, readonly string[]>;

/**
 * Throws CheckError for an input of a link, or a shared object, whose maker is unknown: a Rust library without a
 * record, or a file in the target directory that is neither a unit's nor in a build script's OUT_DIR. It would
 * otherwise be charged to the package that links it. Resolves to what is known only once it was compared.
 */
export async function refuseUnknownInputs(
  request: LinkRequest,
  workspace: Workspace,
  records: Records,
): Promise<PossibleCopies> {
  const copies = new Map<string, readonly string[]>();
  const paths = [...request.inputs.filter(({ own }) => !own).map((i) => i.path), ...request.shared];
  for (const path of paths) {
    if (records.isOutput(path) || isSysroot(path, workspace)) continue;
    const isRust = path.endsWith('.rlib');
    const isOfRustc = isTemporary(path, request, workspace);
    if (isOfRustc && isArchive(path, request)) {
      const ofUnits = librariesOf(request, records);
      const copied = [...ofUnits.filter(isCalled(path)), ...ofToolchain(basename(path), workspace)];
      copies.set(path, isRust ? copied : ofUnits);
      continue;
    }
    if (!isRust && (isOfRustc || isOfScript(path, workspace, records))) continue;
    // Cargo gives a unit's output a second name, one directory up.
    if (await records.isLinkOfOutput(path)) continue;
    throw unknownInput(path, request, workspace);
  }
  return copies;
}

/** The error for an input whose maker is unknown. */
export function unknownInput(
  path: string,
  { output }: LinkRequest,
  workspace: Workspace,
): CheckError {
  const where = isInTarget(path, workspace) ? ' in the target directory' : '';
  return new CheckError(
    `${output} is linked with ${path}, which no unit of this build made${where}: cackle cannot tell whose code it is`,
    'find out what put it there; remove it, and the setting that names it for the linker. A build script has to put its libraries into its OUT_DIR',
  );
}

function isInTarget(path: string, workspace: Workspace): boolean {
  return buildDirectories(workspace).some((directory) => isWithin(path, directory));
}

/** Returns whether a file lies in the temporary directory of a rustc, or is our copy of one that a sandboxed rustc links. */
function isTemporary(
  path: string,
  { invocation }: LinkRequest,
  { targetDirectory }: Workspace,
): boolean {
  if (isWithin(path, `${targetDirectory}/.cackle/link`)) return true;
  const directory = dirname(path);
  return (
    dirname(directory) === invocation.outDir && /^rustc[A-Za-z0-9]{6}$/.test(basename(directory))
  );
}

/** Returns whether a file is from a build script, or lies where neither cargo nor rustc put files. */
function isOfScript(path: string, workspace: Workspace, records: Records): boolean {
  if (!isInTarget(path, workspace)) return true;
  return [...records.allScripts()].some(({ outDir }) => isWithin(path, outDir));
}

function isArchive(path: string, { inputs }: LinkRequest): boolean {
  return inputs.some((input) => input.path === path && input.kind === 'archive');
}

/** Returns the libraries of the units that the linked one was compiled with. */
function librariesOf({ invocation }: LinkRequest, records: Records): string[] {
  const externs = invocation.externs.flatMap((extern) => extern.path ?? []);
  return [...records.closure(externs)].flatMap(({ outputs }) =>
    outputs.map(({ path }) => path).filter((path) => path.endsWith('.rlib')),
  );
}

function isCalled(like: string): (path: string) => boolean {
  return (path) => basename(path) === basename(like);
}

/** Returns the toolchain's libraries of a name, which has a hash in it. */
function ofToolchain(name: string, { sysroot }: Workspace): string[] {
  const targets = join(sysroot, 'lib', 'rustlib');
  return readdirSync(targets)
    .map((target) => join(targets, target, 'lib', name))
    .filter((path) => existsSync(path));
}
