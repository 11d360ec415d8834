import { mkdir } from 'node:fs/promises';
import { runCargo } from './build/driver.ts';
import type { ArtifactMessage, BuildHandlers, BuildProgress } from './build/types.ts';
import { type Exports, readExports } from './config/exports.ts';
import { readConfig } from './config/read.ts';
import { type Config, NEWEST_VERSION } from './config/types.ts';
import { RecordStore, storeLocation } from './facts/store.ts';
import {
  CheckError,
  type CheckProgress,
  type CheckReport,
  type Problem,
} from './judge/problems.ts';
import {
  mergeProblems,
  minimalGrants,
  notImported,
  unknownPackages,
  unusedPermissions,
} from './judge/summary.ts';
import { keywordProblems, missingPermissions } from './judge/unit-problems.ts';
import { Sandboxes } from './sandbox/sandboxes.ts';
import { untilAborted } from './session/abort.ts';
import { failOnBuildError } from './session/build-error.ts';
import { Gates } from './session/gates.ts';
import { Inputs } from './session/inputs.ts';
import { Pools } from './session/pools.ts';
import { forget, forgetRun, forgetUnit, Records } from './session/records.ts';
import { failedBuildScripts, sandboxProblems, variablesSet } from './session/sandbox-problems.ts';
import { readTree } from './session/tree.ts';
import { unchecked } from './session/unchecked.ts';
import { Units } from './session/units.ts';
import { type OutputVerdict, StaleOutputError, Verdicts } from './session/verdicts.ts';
import type { Workspace } from './workspace/types.ts';

export { renderDiagnostic } from './config/render.ts';
export { ConfigError } from './config/types.ts';
export { adviceFor } from './fixes/advice.ts';
export { CheckError, severityOf } from './judge/problems.ts';
export { shellWords } from './session/sandbox-problems.ts';

/** What a check is asked for; absent options take what cackle.toml or cargo says. */
export interface CheckOptions {
  /** A directory in the workspace. */
  readonly path: string;
  readonly configFile?: string | undefined;
  readonly target?: string | undefined;
  readonly profile?: string | undefined;
  readonly features?: readonly string[] | undefined;
  readonly packages: readonly string[];
  readonly backtraces: boolean;
  readonly colour: boolean;
  readonly showProgress: boolean;
  readonly ignoreNewerVersions: boolean;
  /** Link every output, not only what the build runs. */
  readonly linkAll?: boolean | undefined;
}

/** Who listens while a check runs. */
export interface CheckObserver {
  progress(progress: CheckProgress): void;
  cargoOutput(text: string): void;
}

/** How often a build is repeated for units whose stored facts were lost: they come to light a layer at a time. */
const MAX_ROUNDS = 6;

/**
 * One check from start to end. Throws {@link ConfigError} and {@link CheckError} when it cannot be made
 * (exit status 2, spec §6).
 */
export async function check(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<CheckReport> {
  const timing: Record<string, number> = {};
  const started = performance.now();
  const { workspace, configFile } = await readTree(options);
  timing.metadata = seconds(started);
  const exports = await readExports(workspace.packages);
  const config = await readConfig(configFile, exports);
  const sandboxes = await Sandboxes.open(config, workspace, false);
  const location = storeLocation(workspace.targetDirectory);
  const store = await openStore(location.root);
  const pools = new Pools();
  try {
    for (let round = 1; ; round++) {
      const result = await buildAndJudge({
        options,
        observer,
        signal,
        workspace,
        config,
        exports,
        sandboxes,
        pools,
        store,
        location,
        timing,
      });
      if (result.report !== undefined) {
        timing.total = seconds(started);
        return { ...result.report, timing };
      }
      if (round === MAX_ROUNDS) {
        throw new CheckError(
          `cargo keeps calling units fresh whose facts are not stored: ${result.lost.join(', ')}`,
          `remove ${location.root} and check again`,
        );
      }
    }
  } finally {
    await pools.close();
  }
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}

async function openStore(root: string): Promise<RecordStore> {
  try {
    await mkdir(root, { recursive: true });
    return await RecordStore.open(root);
  } catch (error) {
    throw new CheckError(
      `cannot keep facts in ${root}: ${(error as Error).message}`,
      'the target directory has to be writable; CARGO_TARGET_DIR names another',
      { cause: error },
    );
  }
}

interface Round {
  readonly options: CheckOptions;
  readonly observer: CheckObserver;
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly config: Config;
  readonly exports: Exports;
  readonly sandboxes: Sandboxes | undefined;
  readonly pools: Pools;
  readonly store: RecordStore;
  readonly location: ReturnType<typeof storeLocation>;
  readonly timing: Record<string, number>;
}

/** Runs cargo once and judges what it built or found fresh; no report when facts of fresh units were lost. */
async function buildAndJudge(round: Round): Promise<{ report?: CheckReport; lost: string[] }> {
  const { options, observer, workspace, config, sandboxes, pools, store, location, timing } = round;
  const records = await Records.load(store);
  const inputs = new Inputs(pools, records, location, workspace);
  const verdicts = new Verdicts({
    pools,
    inputs,
    records,
    workspace,
    config,
    backtraces: options.backtraces,
  });
  const gates = new Gates({ records, verdicts, config, workspace });
  const units = new Units(pools, inputs, records, workspace);
  const artifacts: ArtifactMessage[] = [];
  const executed = new Set<string>();
  let built: BuildProgress = { built: 0, total: 0, current: '' };
  let problemsSoFar = 0;
  const tell = (): void =>
    observer.progress({
      unitsBuilt: built.built,
      unitsTotal: built.total,
      building: built.current,
      outputsJudged: verdicts.judged,
      outputsFound: verdicts.found,
      problems: problemsSoFar,
    });

  const handlers: BuildHandlers = {
    onRustcStart: (invocation) => gates.procMacros(invocation),
    async onRustcDone(outcome) {
      if (!outcome.success) return;
      const record = await units.done(outcome);
      for (const link of record.links) {
        void verdicts.of(record, link).then(
          (verdict) => {
            problemsSoFar += verdict.problems.length;
            tell();
          },
          () => undefined,
        );
      }
    },
    onLink: (link) => units.link(link),
    onLinked: (link, file) => units.linked(link, file),
    onBuildScriptStart: (run) => gates.buildScript(run),
    onBuildScriptDone: (run, stdout) => gates.instructions(run, stdout),
    variablesOf: (outDir) => variablesSet(records.script(outDir)?.instructions ?? []),
    onArtifact: (artifact) => artifacts.push(artifact),
    onBuildScriptExecuted: ({ outDir }) => executed.add(outDir),
    onProgress(progress) {
      built = progress;
      tell();
    },
    onCargoOutput: (text) => observer.cargoOutput(text),
  };

  const buildStarted = performance.now();
  // A check that was killed could not do this at its end.
  await records.forgetHeld();
  const outcome = await runCargo(
    {
      workspaceRoot: workspace.root,
      subcommand: 'build',
      cargoArguments: cargoArguments(options, config),
      profile: options.profile ?? config.profile,
      linkAll: options.linkAll ?? false,
      storeId: store.id,
      sandboxes,
      colour: options.colour,
      showProgress: options.showProgress,
    },
    workspace,
    handlers,
    round.signal,
  )
    .catch(async (error) => {
      if (!(error instanceof StaleOutputError)) throw error;
      await forgetUnit(error.record);
      return error;
    })
    .finally(() => records.forgetHeld());
  timing.cargo = seconds(buildStarted);
  round.signal.throwIfAborted();
  if (outcome instanceof StaleOutputError) return { lost: [outcome.record.targetName] };
  failOnBuildError(outcome, gates, workspace);
  if (artifacts.length === 0 && gates.held.size === 0 && outcome.failedBuildScripts.length === 0) {
    throw new CheckError(
      'cargo built nothing, so nothing was checked',
      'do build_flags in cackle.toml, --package and --features leave it a target to build?',
    );
  }

  const judgeStarted = performance.now();
  const lost: string[] = [];
  for (const artifact of artifacts.filter((a) => a.fresh)) {
    const record = await records.ofArtifact(artifact);
    if (record === undefined) {
      await forget(artifact);
      lost.push(`${artifact.targetName} (${artifact.targetKind.join(', ')})`);
      continue;
    }
    records.current.add(record);
    for (const link of record.links) void verdicts.of(record, link);
  }
  for (const outDir of executed) {
    if (records.script(outDir) !== undefined) continue;
    // What it told cargo was not seen, or is not known any more: it has to say it again.
    await forgetRun(outDir);
    lost.push(`build script of ${outDir}`);
  }
  if (lost.length > 0) return { lost };
  const { judged, stale } = await untilAborted(round.signal, verdicts.all());
  for (const record of stale) {
    const { packageId, targetName } = record;
    const damaged = artifacts.filter(
      (a) => a.packageId === packageId && a.targetName === targetName,
    );
    await Promise.all(damaged.map(forget));
    lost.push(targetName);
  }
  if (lost.length > 0) return { lost };
  await untilAborted(round.signal, readLibraries(records, inputs));
  timing.judge = seconds(judgeStarted);

  const usages = judged.flatMap((verdict) => verdict.usages);
  const problems: Problem[] = judged.flatMap((verdict) => verdict.problems);
  for (const unit of records.currentInOrder()) {
    problems.push(
      ...keywordProblems(unit, workspace, config),
      ...missingPermissions(unit, workspace, config),
    );
  }
  for (const outDir of [...executed].sort()) {
    const script = records.script(outDir);
    const p = script && workspace.packages.find(({ id }) => id === script.packageId);
    if (script === undefined || p === undefined) continue;
    for (const instruction of gates.refused(script)) {
      problems.push({
        kind: 'disallowed-build-instruction',
        packageLabel: p.label,
        packageName: p.name,
        instruction,
      });
    }
  }
  problems.push(
    ...gates.refusedInstructions(),
    ...failedBuildScripts(outcome, workspace),
    ...sandboxProblems(config),
  );
  problems.push(
    ...verdicts.exportsOf(judged),
    ...notImported(round.exports, config, workspace),
    ...unknownPackages(config, workspace),
  );
  const builtPackages = new Set([...records.current].map((unit) => unit.packageId));
  // `default-members`, `--package` and flags may leave members out, with what only they use.
  const complete =
    workspace.packages.every((p) => !p.isWorkspaceMember || builtPackages.has(p.id)) &&
    gates.held.size === 0 &&
    outcome.failedBuildScripts.length === 0 &&
    options.packages.length === 0;
  if (complete) problems.push(...unusedPermissions(config, workspace, usages));
  if (config.version < NEWEST_VERSION && !options.ignoreNewerVersions) {
    problems.push({
      kind: 'newer-config-version',
      version: config.version,
      newest: NEWEST_VERSION,
    });
  }
  return {
    lost,
    report: {
      workspaceRoot: workspace.root,
      configFile: config.file,
      problems: mergeProblems(problems),
      unchecked: unchecked(gates.held.values(), outcome.failedBuildScripts, artifacts, workspace),
      counts: {
        packages: builtPackages.size,
        units: records.current.size,
        unitsBuilt: artifacts.filter((a) => !a.fresh).length,
        outputs: judged.length,
        objects: objectsOf(judged),
        objectsExtracted: inputs.objectsExtracted,
        bytesExtracted: inputs.bytesExtracted,
        factsBytes: inputs.factsBytes,
        permissionsUsed: minimalGrants(usages).length,
      },
      linkerKept: judged
        .filter((verdict) => verdict.linkerKept.length > 0)
        .map(({ label, linkerKept }) => ({ output: label, symbols: linkerKept })),
      timing,
      grants: minimalGrants(usages),
    },
  };
}

/** Objects that went into the outputs, each once. */
function objectsOf(judged: readonly OutputVerdict[]): number {
  const objects = new Map(judged.flatMap((verdict) => [...verdict.objects]));
  return [...objects.values()].reduce((sum, count) => sum + count, 0);
}

/** A library that nothing here links is read all the same: what cannot be read is never passed over. */
async function readLibraries(records: Records, inputs: Inputs): Promise<void> {
  const libraries = [...records.current].flatMap(({ outputs }) =>
    outputs.map(({ path }) => path).filter((path) => path.endsWith('.rlib')),
  );
  for (const settled of await Promise.allSettled(libraries.map((path) => inputs.archive(path)))) {
    if (settled.status === 'rejected') throw settled.reason;
  }
}

function cargoArguments(options: CheckOptions, config: Config): string[] {
  const features = options.features ?? config.features;
  return [
    ...config.buildFlags,
    ...(features.length > 0 ? ['--features', features.join(',')] : []),
    ...(options.target === undefined ? [] : ['--target', options.target]),
    ...options.packages.flatMap((p) => ['--package', p]),
  ];
}
