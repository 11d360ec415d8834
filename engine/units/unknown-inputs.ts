import { basename, dirname } from 'node:path';
import type { LinkRequest } from '../build/types.ts';
import { CheckError } from '../errors.ts';
import { isWithin } from '../paths.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/**
 * Throws CheckError for an input of a link, or a shared object, whose maker is unknown: a Rust library without a
 * record, or a file in the target directory that is neither a unit's nor in a build script's OUT_DIR. It would
 * otherwise be charged to the package that links it.
 */
export async function refuseUnknownInputs(
  request: LinkRequest,
  workspace: Workspace,
  records: Records,
): Promise<void> {
  const paths = [...request.inputs.filter(({ own }) => !own).map((i) => i.path), ...request.shared];
  for (const path of paths) {
    if (records.isOutput(path) || isSysroot(path, workspace)) continue;
    const inTarget = buildDirectories(workspace).some((directory) => isWithin(path, directory));
    const isRust = path.endsWith('.rlib');
    if (!isRust && (!inTarget || isExpected(path, request, workspace, records))) continue;
    // Cargo gives a unit's output a second name, one directory up.
    if (await records.isLinkOfOutput(path)) continue;
    throw new CheckError(
      `${request.output} is linked with ${path}, which no unit of this build made${inTarget ? ' in the target directory' : ''}: cackle cannot tell whose code it is`,
      'find out what put it there; remove it, and the setting that names it for the linker. A build script has to put its libraries into its OUT_DIR',
    );
  }
}

/**
 * Returns whether a file in the target directory is from a build script, was unpacked by rustc from a library that
 * contained it, or is our copy of an input that a sandboxed rustc links.
 */
function isExpected(
  path: string,
  { invocation }: LinkRequest,
  { targetDirectory }: Workspace,
  records: Records,
): boolean {
  if (isWithin(path, `${targetDirectory}/.cackle/link`)) return true;
  const directory = dirname(path);
  if (dirname(directory) === invocation.outDir && /^rustc[A-Za-z0-9]{6}$/.test(basename(directory)))
    return true;
  return [...records.allScripts()].some(({ outDir }) => isWithin(path, outDir));
}
