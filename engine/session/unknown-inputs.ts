import { basename, dirname } from 'node:path';
import type { LinkRequest } from '../build/types.ts';
import { CheckError } from '../judge/problems.ts';
import { isWithin } from '../sandbox/bubblewrap.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/**
 * Throws CheckError for an input of a link of which nobody knows who made it: a Rust library without a record, or any
 * file in the target directory that is neither a unit's nor in the OUT_DIR of a build script. It would be charged to
 * whoever links it.
 */
export function refuseUnknownInputs(
  { inputs, invocation, output }: LinkRequest,
  workspace: Workspace,
  records: Records,
): void {
  const outDirs = [...records.allScripts()].map(({ outDir }) => outDir);
  for (const { path, own } of inputs) {
    if (own || records.byOutput(path) !== undefined || isSysroot(path, workspace)) continue;
    const isRust = path.endsWith('.rlib');
    const inTarget = isWithin(path, workspace.targetDirectory);
    if (!isRust && !inTarget) continue;
    // rustc unpacks there what a library of its own brought along.
    const unpacked =
      dirname(dirname(path)) === invocation.outDir &&
      /^rustc[A-Za-z0-9]{6}$/.test(basename(dirname(path)));
    if (!isRust && (unpacked || outDirs.some((outDir) => isWithin(path, outDir)))) continue;
    throw new CheckError(
      `${output} is linked with ${path}, which no unit of this build left${inTarget ? ' in the target directory' : ''}: nobody knows whose code it is`,
      `who put it there? Remove it, and what names it for the linker; a build script’s libraries belong into its OUT_DIR`,
    );
  }
}
