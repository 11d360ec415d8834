import type { BuildOutcome } from '../build/types.ts';
import type { Config } from '../config/types.ts';
import { CargoFailedError, CheckError } from '../errors.ts';
import type { Gates } from '../gates/gates.ts';
import { howToSeeTheCommand } from '../problems/failure.ts';
import { shellWords } from '../shell-words.ts';
import type { Workspace } from '../workspace/types.ts';
import { sandboxWords } from './sandbox-words.ts';
import { withUnreadFiles } from './unread-files.ts';

/** What a build failed by, besides its outcome. */
interface BuildFacts {
  readonly gates: Gates;
  readonly workspace: Workspace;
  readonly config: Config;
  /** Is everything to be shown? */
  readonly everything: boolean;
  /** What cargo and rustc said of the machine. */
  readonly disturbances: readonly string[];
}

/**
 * Throws CheckError for a compile error, which cargo explains; what a gate held is a problem instead, and so is a file that code includes
 * and its sandbox hides.
 */
export function failOnBuildError(
  outcome: BuildOutcome,
  { gates, workspace, config, everything, disturbances }: BuildFacts,
): void {
  if (outcome.cargoStatus === 0) return;
  const killed = [
    ...outcome.killed,
    ...disturbances,
    ...(outcome.cargoSignal === null ? [] : [`cargo was ended by ${outcome.cargoSignal}`]),
  ];
  if (killed.length > 0)
    throw new CheckError(
      `the build was disturbed: ${killed.join('; ')}`,
      'check again; make sure that the disk has room, and let cargo run fewer jobs (CARGO_BUILD_JOBS) if memory is short: the kernel then ends the processes that use most of it',
    );
  const indexOf = (packageId: string) => workspace.byId.get(packageId)?.index;
  const heldPackages = [...gates.heldPrograms.values()].map((held) => indexOf(held.packageId));
  const unread = withUnreadFiles(outcome, workspace, config);
  // One for each unit: a package may have others that fail by themselves.
  const left = [...unread];
  // A unit may fail because a build script that it needs is held: that is no error of its own.
  const ownFailures = outcome.failedUnits.filter((packageId) => {
    const failed = indexOf(packageId);
    const at = left.indexOf(packageId);
    if (at >= 0) {
      left.splice(at, 1);
      return false;
    }
    return !heldPackages.some(
      (held) => failed !== undefined && held !== undefined && workspace.dependsOn(failed, held),
    );
  });
  if (ownFailures.length > 0) throw compileError(outcome, { workspace, config }, everything);
  const explained = [gates.heldPrograms.size, outcome.failedBuildScripts.length, unread.length];
  if (explained.some((number) => number > 0)) return;
  throw new CargoFailedError(
    `cargo failed with exit status ${outcome.cargoStatus}`,
    'cargo says why above',
  );
}

/** The error for a workspace that does not compile; the sandbox may be why. */
function compileError(
  { failedSandboxedUnits: units }: BuildOutcome,
  known: { readonly workspace: Workspace; readonly config: Config },
  everything: boolean,
): CargoFailedError {
  const [failed] = units;
  const words = sandboxWords(units, known, { files: true });
  const why = words === undefined ? 'and no error shows that this is why' : `which ${words}`;
  const command =
    failed && everything ? `\n  its command line:\n  ${shellWords(failed.command)}` : '';
  const sandboxed =
    failed === undefined
      ? ''
      : `; rustc ran in the sandbox of [rustc.sandbox]${everything ? '' : ` (${howToSeeTheCommand(true)})`}, ${why}${command}`;
  return new CargoFailedError(
    'the workspace does not compile',
    `cargo says why above; fix that and check again${sandboxed}`,
  );
}
