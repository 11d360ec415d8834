import type { BuildOutcome, FailedSandboxedUnit } from '../build/types.ts';
import type { Config } from '../config/types.ts';
import { unreadFiles } from '../judge/compile-reads.ts';
import type { Problem } from '../problems/kinds.ts';
import type { Workspace } from '../workspace/types.ts';

/** Returns the problem of a unit that did not compile because its sandbox hides files which nothing allows it to read (rule 7.9). */
export function unreadBy(
  { packageId, kind, target, missed }: FailedSandboxedUnit,
  workspace: Workspace,
  config: Config,
  namesTargets = false,
): Problem[] {
  const { files } = missed;
  if (files.length === 0) return [];
  return unreadFiles({ packageId, kind, target, files }, workspace, config, namesTargets);
}

/** Returns the ids of the packages of such units, one for each unit. */
export function withUnreadFiles(
  { failedSandboxedUnits }: BuildOutcome,
  workspace: Workspace,
  config: Config,
): string[] {
  return failedSandboxedUnits
    .filter((unit) => unreadBy(unit, workspace, config).length > 0)
    .map(({ packageId }) => packageId);
}
