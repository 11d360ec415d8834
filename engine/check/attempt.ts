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
import { plannedBuilds, targetsOf } from './builds.ts';
import type { CheckContext } from './context.ts';
import { explainedUsages } from './explained-usages.ts';

/** One run of cargo: the parts that record, judge and release what it builds, and what cargo has reported so far. */
export interface BuildAttempt {
  readonly records: Records;
  readonly inputs: Inputs;
  readonly paths: PublicPaths;
  readonly verdicts: Verdicts;
  readonly unitProblems: UnitProblems;
  readonly gates: Gates;
  readonly units: Units;
  readonly failures: KnownFailures;
  /** `common.gates_only` when it began: only what runs while cargo builds is judged. */
  readonly gatesOnly: boolean;
  /** Artifacts that cargo has built or found fresh. */
  readonly artifacts: CargoArtifact[];
  /** OUT_DIRs of the build scripts that ran, now or earlier. */
  readonly executed: Set<string>;
}

/** An attempt whose cargo has ended, with a record of every unit. */
export interface FinishedBuild extends BuildAttempt {
  /** Of all its builds. */
  readonly outcome: BuildOutcome;
  /** The artifacts of each build. */
  readonly artifactsOfBuilds: readonly (readonly CargoArtifact[])[];
}

/** The result of an attempt that has to be repeated: cargo called these fresh, but they cannot be judged. By their files. */
export interface Rebuild {
  readonly unitsToRebuild: readonly string[];
}

/** Has the attempt to be repeated? */
export function isRebuild(result: object): result is Rebuild {
  return 'unitsToRebuild' in result;
}

/** Prepares one run of cargo; the records of build scripts are read. */
export async function openAttempt(context: CheckContext): Promise<BuildAttempt> {
  const { options, workspace, live, pools, store, location, unchanged } = context;
  const records = await Records.open(store, workspace);
  const inputs = new Inputs(pools, records, location, workspace);
  const paths = new PublicPaths(workspace, location.root, (file) => inputs.answered(file));
  const { backtraces } = options;
  const explains = explainedUsages(context);
  const namesTargets = targetsOf(plannedBuilds(options, live.current, workspace)).length > 1;
  const judging = { backtraces, explains, namesTargets };
  const verdicts = new Verdicts({ pools, inputs, records, workspace, live, paths, ...judging });
  const owners = new KnownOwners(records, workspace);
  const unitProblems = new UnitProblems(records, workspace, live, owners, namesTargets);
  return {
    ...{ records, inputs, paths, verdicts, unitProblems },
    gates: new Gates({ pools, records, verdicts, unitProblems, live, workspace }),
    units: new Units(pools, inputs, records, workspace, owners, unchanged),
    failures: new KnownFailures(store, records, workspace),
    gatesOnly: live.current.gatesOnly,
    artifacts: [],
    executed: new Set(),
  };
}

/** How often a build is repeated for units that an earlier attempt had cargo build again already. */
const MAX_REPEATS = 6;

/** Repeats attempts until one ends with all facts, and returns its result. Throws CheckError when they get no further. */
export async function untilNothingIsMissing<T extends object>(
  { location, unchanged, options, live, workspace }: CheckContext,
  attempt: () => Promise<T | Rebuild>,
): Promise<T> {
  const askedFor = new Set<string>();
  let repeats = 0;
  for (;;) {
    const result = await attempt().catch(async (error: unknown) => {
      // A changed file may be the cause: then report that instead.
      if (error instanceof CheckError) await unchanged.refuseChanges([], []);
      throw error;
    });
    if (!isRebuild(result)) return result;
    // Cargo would read it again.
    await unchanged.refuseChanges([], []);
    // What is built again can show more that is missing: there is no telling how often. Units end, repeats do not.
    if (result.unitsToRebuild.every((unit) => askedFor.has(unit))) repeats++;
    for (const unit of result.unitsToRebuild) askedFor.add(unit);
    // One repeats for the first of its builds that lacks something.
    if (repeats >= MAX_REPEATS * plannedBuilds(options, live.current, workspace).length)
      throw new CheckError(
        `cargo does not build these again, though cackle has no facts of them: ${result.unitsToRebuild.join(', ')}`,
        `remove ${location.root} and check again`,
      );
  }
}
