import type { BuildOutcome } from '../build/types.ts';
import { CheckError } from '../judge/problems.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Gates } from './gates.ts';
import { compileError } from './sandbox-problems.ts';

/** A compile error is cargo's to explain, and no check was made; what a gate held back is a problem instead. */
export function failOnBuildError(
  outcome: BuildOutcome,
  gates: Gates,
  workspace: Workspace,
  everything: boolean,
): void {
  if (outcome.cargoStatus === 0) return;
  const indexOf = (packageId: string) =>
    workspace.packages.find(({ id }) => id === packageId)?.index;
  const heldPackages = [...gates.held.values()].map((held) => indexOf(held.packageId));
  // A unit may fail for lack of what a held build script would have given it: that is no fault of its own.
  const ownFailures = outcome.failedUnits.filter((packageId) => {
    const failed = indexOf(packageId);
    return !heldPackages.some(
      (held) => failed !== undefined && held !== undefined && workspace.dependsOn(failed, held),
    );
  });
  if (ownFailures.length > 0) throw compileError(outcome, everything);
  if (gates.held.size > 0 || outcome.failedBuildScripts.length > 0) return;
  const how =
    outcome.cargoSignal === null
      ? `exit status ${outcome.cargoStatus}`
      : `signal ${outcome.cargoSignal}`;
  throw new CheckError(`cargo failed with ${how}`, 'cargo says why above');
}
