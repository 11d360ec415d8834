import { type Config, NEWEST_VERSION } from '../config/types.ts';
import type { BuildScriptRecord } from '../facts/unit-record.ts';
import {
  ambiguousPackages,
  notImported,
  unknownPackages,
  unusedPermissions,
} from '../judge/config-problems.ts';
import type { LentByMacros } from '../judge/macros.ts';
import { failedBuildScripts, sandboxProblems } from '../judge/program-problems.ts';
import { certainlyUnused, staleSettings } from '../judge/stale-settings.ts';
import { unmatchedPaths } from '../judge/unmatched-paths.ts';
import type { NeverDone } from '../observed/types.ts';
import type { Problem } from '../problems/kinds.ts';
import { mergeProblems } from '../problems/merge.ts';
import type { Unchecked } from '../problems/report.ts';
import { seconds } from '../trace/seconds.ts';
import { clock } from '../trace/spans.ts';
import { filesOf, forget } from '../units/forget.ts';
import type { Inputs } from '../units/inputs.ts';
import type { Records } from '../units/records.ts';
import type { OutputVerdict } from '../verdicts/output-verdict.ts';
import { Verdicts } from '../verdicts/verdicts.ts';
import { lockedPackages } from '../workspace/lock-file.ts';
import { untilAborted } from './abort.ts';
import type { FinishedBuild, Rebuild } from './attempt.ts';
import { plannedBuilds, targetsOf } from './builds.ts';
import type { CheckContext } from './context.ts';
import { explainedUsages } from './explained-usages.ts';
import { certainOfGates } from './gates-only.ts';
import { causesOf, unchecked } from './unchecked.ts';
import { unreadBy } from './unread-files.ts';

/** The verdicts and problems of a build under one configuration. */
export interface Judgement {
  readonly built: FinishedBuild;
  /** The configuration that it was judged by. */
  readonly config: Config;
  readonly verdicts: readonly OutputVerdict[];
  readonly problems: readonly Problem[];
  readonly unchecked: readonly Unchecked[];
  /** Of a whole workspace that was traced, what is allowed and was not done; undefined where it was not. */
  readonly neverDone: readonly NeverDone[] | undefined;
  /** `unsafe` and `extern` of all units, as problems of a configuration that allows neither. */
  unsafeAndExtern(): readonly Problem[];
}

/** How often a build is judged again because a fix was accepted. */
const MAX_JUDGEMENTS = 8;

/**
 * Judges a build, and again after each fix that needs no other build. Resolves to the judgement, or to the units that have to
 * be built again because their facts were lost. Throws CheckError.
 */
export async function judge(
  context: CheckContext,
  build: FinishedBuild,
): Promise<Judgement | Rebuild> {
  const { live, observer } = context;
  let built = build;
  for (let times = 1; ; times++) {
    const judgement = await judgeOnce(context, built);
    if ('unitsToRebuild' in judgement || live.accept === undefined) return judgement;
    if (times === MAX_JUDGEMENTS || judgement.unchecked.length > 0) return judgement;
    if (!(await live.accept(judgement.problems, judgement.config))) return judgement;
    observer.log?.('info', 'judging again, by the fixes that were accepted');
    built = { ...built, verdicts: verdictsAnew(context, built) };
  }
}

/** Begins to judge what was built by the configuration in force now: nothing of it takes part in a build any more. */
function verdictsAnew(context: CheckContext, { inputs, records, paths }: FinishedBuild): Verdicts {
  const { pools, workspace, live, options } = context;
  const { backtraces } = options;
  const explains = explainedUsages(context);
  const namesTargets = targetsOf(plannedBuilds(options, live.current, workspace)).length > 1;
  const judging = { backtraces, explains, namesTargets };
  const verdicts = new Verdicts({ pools, inputs, records, workspace, live, paths, ...judging });
  for (const record of records.current)
    for (const link of record.links) void verdicts.verdictOf(record, link);
  return verdicts;
}

async function judgeOnce(
  context: CheckContext,
  built: FinishedBuild,
): Promise<Judgement | Rebuild> {
  const { workspace, live, timing, observer, signal } = context;
  const { records, inputs, gates, outcome, artifacts } = built;
  const started = performance.now();
  const { judged, stale } = await untilAborted(signal, built.verdicts.all());
  const damaged = stale.flatMap(({ packageId, targetName }) =>
    artifacts.filter((a) => a.packageId === packageId && a.targetName === targetName),
  );
  await Promise.all(damaged.map((artifact) => forget(artifact, workspace)));
  if (stale.length > 0) return { unitsToRebuild: damaged.flatMap(filesOf) };
  await untilAborted(signal, readLibraries(records, inputs));
  timing.judge = (timing.judge ?? 0) + seconds(started);
  const problemsStarted = clock();
  // The problems of fresh units were not reported yet.
  observer.found?.(judged.flatMap((verdict) => built.verdicts.problemsOf(verdict)));
  const config = live.current;
  const { unitProblems } = built;
  const lent = unitProblems.lentBy(records.current);
  let needs: readonly Problem[] | undefined;
  const unsafeAndExtern = (): readonly Problem[] => {
    needs ??= [...records.current].flatMap((unit) => unitProblems.needs(unit, lent));
    return needs;
  };
  const units = records.currentInOrder();
  const scripts = scriptsOf(built);
  const traced = await context.trace?.compare(
    { workspace, config, units, verdicts: judged },
    scripts,
  );
  const isWhole = isComplete(context, built);
  const problems = [
    ...problemsOfBuild(context, built, judged, lent),
    ...problemsOfConfig(context, config),
    ...(traced?.problems ?? []),
    ...(isWhole
      ? await problemsOfWholeTree(context, built, judged, { config, unsafeAndExtern })
      : []),
    ...newerVersion(config, context),
  ];
  observer.trace?.add('report', 'problems', problemsStarted);
  return {
    built,
    config,
    verdicts: judged,
    problems: mergeProblems(problems),
    neverDone: isWhole ? traced?.neverDone : undefined,
    unsafeAndExtern,
    unchecked: unchecked(
      causesOf(gates, outcome),
      built.artifactsOfBuilds,
      workspace,
      config.bestEffortTargets,
    ),
  };
}

/** Returns the runs of build scripts that are part of a build, now or earlier. */
export function scriptsOf({
  executed,
  records,
}: Pick<FinishedBuild, 'executed' | 'records'>): BuildScriptRecord[] {
  return [...executed].sort().flatMap((outDir) => records.script(outDir) ?? []);
}

/** Returns the problems of outputs, units and build scripts, and of programs that failed. */
function problemsOfBuild(
  { workspace, live, options }: CheckContext,
  { records, gates, verdicts, unitProblems, outcome, executed }: FinishedBuild,
  judged: readonly OutputVerdict[],
  lent: LentByMacros,
): Problem[] {
  const scripts = scriptsOf({ records, executed });
  const namesTargets = targetsOf(plannedBuilds(options, live.current, workspace)).length > 1;
  return [
    ...judged.flatMap((verdict) => verdicts.problemsOf(verdict)),
    ...outcome.failedSandboxedUnits.flatMap((unit) =>
      unreadBy(unit, workspace, live.current, namesTargets),
    ),
    ...records
      .currentInOrder()
      .filter((unit) => unit.asGiven !== true)
      .flatMap((unit) => unitProblems.problemsOfUnit(unit, lent)),
    ...scripts.flatMap((script) => gates.scriptOutput.refusedBy(script)),
    ...gates.scriptOutput.problems(),
    ...failedBuildScripts(
      outcome.failedBuildScripts.filter(
        ({ target }) => target === undefined || !live.current.bestEffortTargets.includes(target),
      ),
      workspace,
    ),
    ...sandboxProblems(live.current),
    ...verdicts.exportsOf(judged),
    ...verdicts.systemFunctionsOf(judged),
  ];
}

/** Returns the problems of settings in cackle.toml that do not fit the packages of the tree. */
function problemsOfConfig({ exports, workspace }: CheckContext, config: Config): Problem[] {
  return [
    ...notImported(exports, config, workspace),
    ...unknownPackages(config, workspace, lockedPackages(workspace.root)),
    ...ambiguousPackages(config),
  ];
}

/** Was the whole workspace built? `default-members`, `--package` and flags may leave members out. */
function isComplete({ workspace, options }: CheckContext, built: FinishedBuild): boolean {
  const packages = new Set([...built.records.current].map((unit) => unit.packageId));
  return (
    workspace.packages.every((p) => !p.isWorkspaceMember || packages.has(p.id)) &&
    built.gates.heldPrograms.size === 0 &&
    built.outcome.failedBuildScripts.length === 0 &&
    built.outcome.failedSandboxedUnits.length === 0 &&
    options.packages.length === 0 &&
    options.command === undefined
  );
}

/** Returns the problems of settings without effect, which only a whole build can show. */
async function problemsOfWholeTree(
  { workspace, exports }: CheckContext,
  { records, inputs, paths, executed, gatesOnly }: FinishedBuild,
  judged: readonly OutputVerdict[],
  { config, unsafeAndExtern }: Pick<Judgement, 'config' | 'unsafeAndExtern'>,
): Promise<Problem[]> {
  const usages = judged.flatMap((verdict) => verdict.usages);
  const units = [...records.current];
  const check = {
    ...{ config, workspace, exports, units, locked: lockedPackages(workspace.root) },
    scripts: [...executed].flatMap((outDir) => records.script(outDir) ?? []),
    unsafeAndExtern: unsafeAndExtern(),
  };
  const unused = [
    ...(await certainlyUnused(unusedPermissions(config, workspace, usages), check)),
    ...(await staleSettings(check)),
  ];
  if (gatesOnly) return certainOfGates(unused);
  return [
    ...unused,
    ...(await unmatchedPaths(config, workspace, {
      resolve: (written) => paths.resolve(written),
      factsFiles: () => inputs.factsFiles(units),
    })),
  ];
}

function newerVersion({ version }: Config, { options }: CheckContext): Problem[] {
  if (version >= NEWEST_VERSION || options.ignoreNewerVersions) return [];
  return [{ kind: 'newer-config-version', version, newest: NEWEST_VERSION }];
}

/** Reads the libraries that no output links: an unreadable one is an error all the same. */
async function readLibraries(records: Records, inputs: Inputs): Promise<void> {
  const units = [...records.current].flatMap((record) => {
    const paths = record.outputs.map(({ path }) => path).filter((path) => path.endsWith('.rlib'));
    return paths.length > 0 ? [{ record, paths }] : [];
  });
  const read = await Promise.allSettled(
    units.map(async ({ record, paths }) => {
      const facts = await Promise.all(
        paths.map(async (path) => (await inputs.archive(path)).facts),
      );
      await records.putArchives(
        record,
        paths.map((path, i) => ({ path, facts: facts[i] as string })),
      );
    }),
  );
  for (const settled of read) if (settled.status === 'rejected') throw settled.reason;
}
