import { featureWords } from '../config/features.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import type { RecordStore } from '../facts/store.ts';
import type { BuildScriptRecord, UnitRecord } from '../facts/unit-record.ts';
import type { TakenInventory } from '../inventory/types.ts';
import { minimalGrants } from '../judge/grants.ts';
import type { CheckReport } from '../problems/report.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import { seconds } from '../trace/seconds.ts';
import type { LoaderPlaces } from '../units/loader-places.ts';
import type { OutputVerdict } from '../verdicts/output-verdict.ts';
import type { Workspace } from '../workspace/types.ts';
import type { FinishedBuild } from './attempt.ts';
import { plannedBuilds, targetsOf } from './builds.ts';
import type { CheckContext } from './context.ts';
import { inventoriesOf, lockProblems, lockToCompare } from './inventory.ts';
import { type Judgement, scriptsOf } from './judge.ts';
import { notCompiled } from './not-compiled.ts';
import { openedUnits } from './opened-units.ts';
import { JudgedPrograms } from './programs.ts';
import { tidyStore } from './store.ts';
import { causesOf, leftOut } from './unchecked.ts';

/** A finished check, with the data that starting its programs needs. */
export interface FinishedCheck {
  readonly report: CheckReport;
  /** The configuration that it was judged by. */
  readonly config: Config;
  readonly programs: JudgedPrograms;
  readonly loaderPlaces: LoaderPlaces;
  readonly workspace: Workspace;
  readonly sandboxes: Sandboxes | undefined;
  readonly store: RecordStore;
  /** The verdicts on its outputs. */
  readonly verdicts: readonly OutputVerdict[];
  /** The runs of build scripts that are part of it, now or earlier. */
  readonly scripts: readonly BuildScriptRecord[];
  /** The units of the check, of all its builds. */
  readonly units: readonly UnitRecord[];
  /** What every package does, if the options ask for it. */
  readonly inventory: TakenInventory | undefined;
  /** The same for each of several targets; the first is {@link inventory}. */
  readonly inventories: readonly TakenInventory[];
}

/** Makes the report. Throws CheckError when a file changed since it was judged. */
export async function report(context: CheckContext, judgement: Judgement): Promise<FinishedCheck> {
  const { location, observer, workspace, sandboxes, store, questions } = context;
  const { built, config } = judgement;
  const programs = new JudgedPrograms();
  await programs.add(built.artifacts, workspace);
  await refuseChanges(context, built);
  const checked = reportOf(context, judgement);
  const inventories = await inventoriesOf(context, judgement, checked);
  const lock = lockToCompare(context);
  const drift = lock === undefined ? [] : lockProblems(lock, inventories, workspace);
  const problems = [...checked.problems, ...drift];
  const result = { ...checked, problems, timing: totalTiming(context) };
  tidyStore(location, built.inputs.limited(), questions.answers, observer);
  const [inventory] = inventories;
  const { loaderPlaces } = built.gates;
  const units = built.records.currentInOrder();
  const places = { loaderPlaces, workspace, sandboxes, store };
  const scripts = scriptsOf(built);
  const { verdicts } = judgement;
  const finished = { report: result, config, programs, units, verdicts, scripts, ...places };
  return { ...finished, inventory, inventories };
}

/** Throws CheckError when a file changed since it was judged. Call it when no program runs any more. */
async function refuseChanges(
  { unchanged, live, configFile }: CheckContext,
  { gates, records, artifacts }: FinishedBuild,
): Promise<void> {
  await gates.planted.refuse();
  // Cargo sets the times of what it only checked, of which nothing was judged.
  const isJudged = (path: string): boolean => records.byOutput(path)?.asGiven !== true;
  const files = artifacts.flatMap(({ executable, filenames }) =>
    [executable, ...filenames].filter(
      (path): path is string => path !== undefined && isCode.test(path) && isJudged(path),
    ),
  );
  const units = await unchanged.refuseChanges(records.current, new Set(files));
  for (const unit of units) await records.restamp(unit);
  if (live.isReplaced !== undefined && unchanged.ran && (await live.isReplaced()))
    throw new CheckError(
      `${configFile} changed while the check ran, and not by this program`,
      'look at it (`git diff`), put it right and check again',
    );
}

/** Outputs of units that are programs or libraries, not files for a debugger. */
const isCode = /(?:\/[^/.]+|\.(?:so|a|rlib|rmeta|exe|dll|lib|dylib))$/;

function totalTiming({ timing, start }: CheckContext): Record<string, number> {
  const { user, system } = process.cpuUsage(start.processor);
  return { ...timing, total: seconds(start.time), processor: (user + system) / 1e6 };
}

function reportOf(
  { options, workspace, counts }: CheckContext,
  { built, config, verdicts, problems, unchecked, neverDone }: Judgement,
): Omit<CheckReport, 'timing'> {
  const { records, inputs, gates, artifacts } = built;
  const grants = minimalGrants(verdicts.flatMap((verdict) => verdict.usages));
  const packages = new Set([...records.current].map((unit) => unit.packageId));
  const judged = [...records.current].filter(({ asGiven }) => asGiven !== true);
  const builds = plannedBuilds(options, config, workspace);
  const isPart = options.packages.length > 0 || options.command !== undefined;
  return {
    workspaceRoot: workspace.root,
    configFile: config.file,
    problems,
    unchecked,
    gatesOnly: built.gatesOnly,
    targets: targetsOf(builds),
    builds: builds.map(({ targets, features }) => ({ targets, features: featureWords(features) })),
    notCompiled: isPart ? [] : notCompiled(workspace, packages),
    leftOut: isPart ? [] : leftOut(workspace, packages, causesOf(gates, built.outcome)),
    ...(neverDone === undefined ? {} : { neverDone }),
    openedUnits: openedUnits(records.currentInOrder(), config, workspace),
    counts: {
      packages: new Set(judged.map((unit) => unit.packageId)).size,
      units: judged.length,
      unitsBuilt: artifacts.filter((a) => !a.fresh).length,
      outputs: verdicts.length,
      objects: objectsOf(verdicts),
      objectsExtracted: inputs.objectsExtracted,
      objectsFromCache: inputs.objectsFromCache,
      bytesExtracted: inputs.bytesExtracted,
      factsBytes: inputs.factsBytes,
      permissionsNeeded: grants.length,
      cargoRuns: counts.cargoRuns,
      compiledAgain: counts.compiledAgain,
    },
    linkerKept: verdicts
      .filter((verdict) => verdict.linkerKept.length > 0)
      .map(({ label, linkerKept }) => ({ output: label, symbols: linkerKept })),
    grants,
  };
}

/** Objects that went into the outputs, each once. */
function objectsOf(verdicts: readonly OutputVerdict[]): number {
  const objects = new Map(verdicts.flatMap((verdict) => [...verdict.objects]));
  return [...objects.values()].reduce((sum, count) => sum + count, 0);
}
