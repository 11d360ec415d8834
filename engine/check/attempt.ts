import type { BuildOutcome, CargoArtifact } from '../build/types.ts';
import { CheckError } from '../errors.ts';
import { Gates } from '../gates/gates.ts';
import { KnownFailures } from '../gates/known-failures.ts';
import { PublicPaths } from '../public-paths/public-paths.ts';
import { Inputs } from '../units/inputs.ts';
import { KnownOwners } from '../units/owners.ts';
import { Records } from '../units/records.ts';
import { Units } from '../units/units.ts';
import { UnitProblems } from '../verdicts/unit-problems.ts';
import { Verdicts } from '../verdicts/verdicts.ts';
import type { CheckContext } from './context.ts';

/** One run of cargo with what it builds: who records, judges and lets run, and what cargo has told so far. */
export interface BuildAttempt {
  readonly records: Records;
  readonly inputs: Inputs;
  readonly paths: PublicPaths;
  readonly verdicts: Verdicts;
  readonly unitProblems: UnitProblems;
  readonly gates: Gates;
  readonly units: Units;
  readonly failures: KnownFailures;
  /** What cargo has built or found fresh. */
  readonly artifacts: CargoArtifact[];
  /** OUT_DIRs of the build scripts that ran, now or earlier. */
  readonly executed: Set<string>;
}

/** An attempt whose cargo has ended, with a record for all that it built. */
export interface FinishedBuild extends BuildAttempt {
  readonly outcome: BuildOutcome;
}

/** What came of an attempt that has to be repeated: cargo would have called these units fresh, and nobody can judge them. */
export interface Rebuild {
  readonly unitsToRebuild: readonly string[];
}

/** Is it an attempt that has to be repeated? */
export function isRebuild(result: object): result is Rebuild {
  return 'unitsToRebuild' in result;
}

/** Makes what one run of cargo needs, with the records of build scripts read. */
export async function openAttempt(context: CheckContext): Promise<BuildAttempt> {
  const { options, workspace, live, pools, store, location, unchanged } = context;
  const records = await Records.open(store, workspace);
  const inputs = new Inputs(pools, records, location, workspace);
  const paths = new PublicPaths(workspace, location.root, (file) => inputs.answered(file));
  const { backtraces } = options;
  const verdicts = new Verdicts({ pools, inputs, records, workspace, live, paths, backtraces });
  const owners = new KnownOwners(records, workspace);
  const unitProblems = new UnitProblems(records, workspace, live, owners);
  return {
    ...{ records, inputs, paths, verdicts, unitProblems },
    gates: new Gates({ pools, records, verdicts, unitProblems, live, workspace }),
    units: new Units(pools, inputs, records, workspace, owners, unchanged),
    failures: new KnownFailures(store, records, workspace),
    artifacts: [],
    executed: new Set(),
  };
}

/** How often a build is repeated for units whose stored facts were lost: they come to light a layer at a time. */
const MAX_ATTEMPTS = 6;

/** Attempts until one ends with all facts at hand. Throws CheckError when that does not come about. */
export async function untilNothingIsMissing<T extends object>(
  { location, unchanged }: CheckContext,
  attempt: () => Promise<T | Rebuild>,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    const result = await attempt().catch(async (error: unknown) => {
      // A change of a file may be why, and then that is what has to be told.
      if (error instanceof CheckError) await unchanged.refuseChanges([], []);
      throw error;
    });
    if (!isRebuild(result)) return result;
    // Cargo would read it again.
    await unchanged.refuseChanges([], []);
    if (attempts === MAX_ATTEMPTS)
      throw new CheckError(
        `cargo keeps calling units fresh whose facts are not stored: ${result.unitsToRebuild.join(', ')}`,
        `remove ${location.root} and check again`,
      );
  }
}
