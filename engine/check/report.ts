import type { ArtifactMessage, BuildOutcome } from '../build/types.ts';
import { type Config, NEWEST_VERSION } from '../config/types.ts';
import type { Limited } from '../facts/cache.ts';
import type { Gates } from '../gates/gates.ts';
import {
  ambiguousPackages,
  notImported,
  unknownPackages,
  unusedPermissions,
} from '../judge/config-problems.ts';
import { minimalGrants } from '../judge/grants.ts';
import type { Problem } from '../problems/kinds.ts';
import { mergeProblems } from '../problems/merge.ts';
import type { CheckReport } from '../problems/report.ts';
import type { PublicPaths } from '../public-paths/public-paths.ts';
import { seconds } from '../trace/seconds.ts';
import { clock } from '../trace/spans.ts';
import { forget } from '../units/forget.ts';
import type { Inputs } from '../units/inputs.ts';
import type { Records } from '../units/records.ts';
import type { OutputVerdict } from '../verdicts/output-verdict.ts';
import { certainlyUnused, staleSettings } from '../verdicts/stale-settings.ts';
import type { UnitProblems } from '../verdicts/unit-problems.ts';
import { unmatchedPaths } from '../verdicts/unmatched-paths.ts';
import { Verdicts } from '../verdicts/verdicts.ts';
import { lockedPackages } from '../workspace/lock-file.ts';
import { untilAborted } from './abort.ts';
import type { Round } from './build.ts';
import { Executables } from './programs.ts';
import { failedBuildScripts, sandboxProblems } from './sandbox-problems.ts';
import { leftOut, unchecked } from './unchecked.ts';

/** What a run of cargo left to judge. */
export interface Built {
  readonly records: Records;
  readonly inputs: Inputs;
  readonly paths: PublicPaths;
  readonly gates: Gates;
  /** Judgements that began beside the build, by the APIs of that time. */
  readonly verdicts: Verdicts;
  readonly unitProblems: UnitProblems;
  readonly outcome: BuildOutcome;
  readonly artifacts: readonly ArtifactMessage[];
  /** OUT_DIRs of the build scripts that ran, now or earlier. */
  readonly executed: ReadonlySet<string>;
}

/** What came of a judgement: a report, or the units whose facts were lost and that have to be built again. */
export type Judgement =
  | { readonly report?: undefined; readonly lost: readonly string[] }
  | {
      readonly report: CheckReport;
      /** By which it was judged. */
      readonly config: Config;
      /** What was judged and may run if the report has no problem. */
      readonly executables: Executables;
      /** What was used of the store, whose size is limited. */
      readonly limited: readonly Limited[];
      /** To be called when nothing runs any more: throws CheckError for what is not any more as it was judged. */
      readonly settle: () => Promise<void>;
    };

/** Judges once more what was built, by the configuration in force now: nothing of it takes part in a build. */
export function judgeAgain(round: Round, built: Built): Promise<Judgement> {
  const { inputs, records, paths } = built;
  const { pools, workspace, live, options } = round;
  const { backtraces } = options;
  const verdicts = new Verdicts({ pools, inputs, records, workspace, live, paths, backtraces });
  for (const record of records.current)
    for (const link of record.links) void verdicts.of(record, link);
  return judgeBuilt(round, { ...built, verdicts });
}

/** Waits for the verdicts of what was built, and makes the report. */
export async function judgeBuilt(round: Round, built: Built): Promise<Judgement> {
  const { options, workspace, live, timing, tally } = round;
  const { records, inputs, gates, verdicts, unitProblems, outcome, artifacts, executed } = built;
  const started = performance.now();
  const lost: string[] = [];
  const { judged, stale } = await untilAborted(round.signal, verdicts.all());
  for (const record of stale) {
    const { packageId, targetName } = record;
    const damaged = artifacts.filter(
      (a) => a.packageId === packageId && a.targetName === targetName,
    );
    await Promise.all(damaged.map((artifact) => forget(artifact, workspace)));
    lost.push(targetName);
  }
  if (lost.length > 0) return { lost };
  await untilAborted(round.signal, readLibraries(records, inputs));
  timing.judge = (timing.judge ?? 0) + seconds(started);
  const reportStarted = clock();

  // Those of fresh units were not told of yet.
  round.observer.found?.(judged.flatMap((verdict) => verdicts.problemsOf(verdict)));
  const config = live.current;
  const usages = judged.flatMap((verdict) => verdict.usages);
  const problems: Problem[] = judged.flatMap((verdict) => verdicts.problemsOf(verdict));
  const lent = unitProblems.lentBy(records.current);
  for (const unit of records.currentInOrder()) {
    problems.push(...unitProblems.of(unit, lent));
  }
  for (const outDir of [...executed].sort()) {
    const script = records.script(outDir);
    if (script !== undefined) problems.push(...gates.refusedBy(script));
  }
  problems.push(
    ...gates.refusedInstructions(),
    ...failedBuildScripts(outcome, workspace),
    ...sandboxProblems(config),
  );
  problems.push(
    ...verdicts.exportsOf(judged),
    ...notImported(round.exports, config, workspace),
    ...unknownPackages(config, workspace, lockedPackages(workspace.root)),
    ...ambiguousPackages(config),
  );
  const builtPackages = new Set([...records.current].map((unit) => unit.packageId));
  // `default-members`, `--package` and flags may leave members out, with what only they use.
  const complete =
    workspace.packages.every((p) => !p.isWorkspaceMember || builtPackages.has(p.id)) &&
    gates.held.size === 0 &&
    outcome.failedBuildScripts.length === 0 &&
    options.packages.length === 0 &&
    options.command === undefined;
  if (complete) {
    const check = { config, workspace, exports: round.exports, records, unitProblems, executed };
    problems.push(
      ...(await certainlyUnused(unusedPermissions(config, workspace, usages), check)),
      ...(await staleSettings(check)),
      ...(await unmatchedPaths(config, workspace, built.paths, built)),
    );
  }
  if (config.version < NEWEST_VERSION && !options.ignoreNewerVersions) {
    problems.push({
      kind: 'newer-config-version',
      version: config.version,
      newest: NEWEST_VERSION,
    });
  }
  const grants = minimalGrants(usages);
  const executables = new Executables();
  await executables.add(artifacts, workspace);
  round.observer.trace?.add('report', 'problems', reportStarted);
  return {
    config,
    executables,
    limited: inputs.limited(),
    settle: async () => {
      await gates.planted.refuse();
      const files = artifacts.flatMap(({ executable, filenames }) =>
        [executable, ...filenames].filter(
          (path): path is string => path !== undefined && isCode.test(path),
        ),
      );
      const units = await round.unchanged.refuseChanges(records.current, new Set(files));
      for (const unit of units) await records.restamp(unit);
    },
    report: {
      workspaceRoot: workspace.root,
      configFile: config.file,
      problems: mergeProblems(problems),
      unchecked: unchecked(gates.held.values(), outcome.failedBuildScripts, artifacts, workspace),
      leftOut:
        options.packages.length > 0 || options.command !== undefined
          ? []
          : leftOut(workspace, builtPackages, gates.held.values()),
      counts: {
        packages: builtPackages.size,
        units: records.current.size,
        unitsBuilt: artifacts.filter((a) => !a.fresh).length,
        outputs: judged.length,
        objects: objectsOf(judged),
        objectsExtracted: inputs.objectsExtracted,
        objectsFromCache: inputs.objectsFromCache,
        bytesExtracted: inputs.bytesExtracted,
        factsBytes: inputs.factsBytes,
        permissionsUsed: grants.length,
        cargoRuns: tally.cargoRuns,
        compiledAgain: tally.compiledAgain,
      },
      linkerKept: judged
        .filter((verdict) => verdict.linkerKept.length > 0)
        .map(({ label, linkerKept }) => ({ output: label, symbols: linkerKept })),
      timing,
      grants,
    },
  };
}

/** Of what cargo says a unit left: programs and libraries, not notes for a debugger. */
const isCode = /(?:\/[^/.]+|\.(?:so|a|rlib|rmeta))$/;

/** Objects that went into the outputs, each once. */
function objectsOf(judged: readonly OutputVerdict[]): number {
  const objects = new Map(judged.flatMap((verdict) => [...verdict.objects]));
  return [...objects.values()].reduce((sum, count) => sum + count, 0);
}

/** A library that nothing here links is read all the same: what cannot be read is never passed over. */
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
