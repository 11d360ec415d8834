import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { runCargo } from '../build/driver.ts';
import type {
  ArtifactMessage,
  BuildHandlers,
  BuildProgress,
  BuildRequest,
  Gate,
  RustcInvocation,
} from '../build/types.ts';
import type { Exports } from '../config/exports.ts';
import { normalisedInstruction } from '../config/instruction-rules.ts';
import { buildScriptSandbox } from '../config/sandbox.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import type { RecordStore, StoreLocation } from '../facts/store.ts';
import { Gates } from '../gates/gates.ts';
import { forgetReleased, settleHeld } from '../gates/held-scripts.ts';
import { KnownFailures } from '../gates/known-failures.ts';
import type { Pools } from '../pool/pools.ts';
import type { Problem } from '../problems/kinds.ts';
import { mergeKey } from '../problems/merge.ts';
import { PublicPaths } from '../public-paths/public-paths.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import { shellWords } from '../shell-words.ts';
import { seconds } from '../trace/seconds.ts';
import { clock } from '../trace/spans.ts';
import { forget, forgetRun, forgetUnit } from '../units/forget.ts';
import { hiddenVariables, seesTheSame } from '../units/hidden-variables.ts';
import { Inputs } from '../units/inputs.ts';
import { KnownOwners } from '../units/owners.ts';
import { Records } from '../units/records.ts';
import type { Unchanged } from '../units/unchanged.ts';
import { Units } from '../units/units.ts';
import type { LiveConfig } from '../verdicts/live-config.ts';
import { StaleOutputError } from '../verdicts/output-verdict.ts';
import { UnitProblems } from '../verdicts/unit-problems.ts';
import { Verdicts } from '../verdicts/verdicts.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import type { Workspace } from '../workspace/types.ts';
import { failOnBuildError } from './build-error.ts';
import { buildArguments, isChosen, readCommand } from './cargo-command.ts';
import { CargoText } from './cargo-text.ts';
import type { CheckObserver, CheckOptions } from './options.ts';
import { placeholders } from './programs.ts';
import type { Built } from './report.ts';
import { variablesSet } from './sandbox-problems.ts';
import { tracedHandlers } from './traced-handlers.ts';

/** What one run of cargo and its judgement need. */
export interface Round {
  readonly options: CheckOptions;
  readonly observer: CheckObserver;
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly live: LiveConfig;
  readonly exports: Exports;
  readonly sandboxes: Sandboxes | undefined;
  readonly pools: Pools;
  readonly store: RecordStore;
  readonly location: StoreLocation;
  readonly timing: Record<string, number>;
  readonly tally: Tally;
  readonly unchanged: Unchanged;
}

/** Counts over all runs of cargo that a command takes. */
export class Tally {
  cargoRuns = 0;
  private readonly compilations = new Map<string, number>();

  compiled(unit: string): void {
    this.compilations.set(unit, (this.compilations.get(unit) ?? 0) + 1);
  }

  /** Units that were compiled more than once. */
  get compiledAgain(): number {
    return [...this.compilations.values()].filter((times) => times > 1).length;
  }
}

/**
 * Runs cargo once; what it builds is judged meanwhile, and what it finds fresh is asked for. Gives the units whose facts
 * were lost, when there are any: they are built again by another run.
 */
export async function build(round: Round): Promise<Built | { readonly lost: readonly string[] }> {
  const {
    options,
    observer,
    workspace,
    live,
    sandboxes,
    pools,
    store,
    location,
    timing,
    unchanged,
  } = round;
  const records = await Records.open(store, workspace);
  const inputs = new Inputs(pools, records, location, workspace);
  const paths = new PublicPaths(workspace, location.root, (file) => inputs.answered(file));
  const verdicts = new Verdicts({
    pools,
    inputs,
    records,
    workspace,
    live,
    paths,
    backtraces: options.backtraces,
  });
  const owners = new KnownOwners(records, workspace);
  const unitProblems = new UnitProblems(records, workspace, live, owners);
  const gates = new Gates({ pools, records, verdicts, unitProblems, live, workspace });
  const units = new Units(pools, inputs, records, workspace, owners, unchanged);
  const failures = new KnownFailures(store, records, workspace);
  const artifacts: ArtifactMessage[] = [];
  const executed = new Set<string>();
  let built: BuildProgress = { built: 0, total: 0, current: '' };
  const problemsSoFar = new Set<string>();
  const tell = (): void =>
    observer.progress({
      unitsBuilt: built.built,
      unitsTotal: built.total,
      building: built.current,
      outputsJudged: verdicts.judged,
      outputsFound: verdicts.found,
      problems: problemsSoFar.size,
    });

  const found = (problems: readonly Problem[]): void => {
    for (const problem of problems) problemsSoFar.add(mergeKey(problem));
    if (problems.length > 0) observer.found?.(problems);
  };

  const logged = (what: string, gate: Gate): Gate => {
    if (gate.allow) observer.log?.('debug', `may ${what}`);
    else observer.log?.('info', `may not ${what}: ${gate.reason}`);
    return gate;
  };

  // Aborted when there is something to do for the build, after which the other records are no longer the same.
  const idle = new AbortController();
  const readAhead = async (): Promise<void> => {
    await records.unitsRead().catch(() => idle.abort());
    await verdicts.ahead(idle.signal);
  };

  const packageIds = new Set(workspace.packages.map(({ id }) => id));
  const text = new CargoText(workspace, gates.held, {
    shown: (line) => observer.cargoOutput(line),
    hidden: (line) =>
      options.everything ? observer.cargoOutput(line) : observer.log?.('debug', line),
  });
  const handlers: BuildHandlers = {
    // It has enough to do until it asks for the first time.
    onCargoStarted: () => void readAhead(),
    async holdsUnits(directory) {
      await records.unitsRead();
      return gates.holdsUnits(directory);
    },
    async onRustcStart(invocation, waits) {
      observer.log?.('debug', `compile ${nameOf(invocation)}`);
      const known = await failures.gate(invocation);
      if (!known.allow) return logged(`compile ${nameOf(invocation)} again`, known);
      await records.unitsRead();
      const gate = await gates.compilation(invocation, waits);
      if (gate.allow) idle.abort();
      unchanged.ran ||= gate.allow;
      units.starts(invocation);
      return logged(`compile ${nameOf(invocation)} with what it names`, gate);
    },
    async onRustcDone(outcome) {
      const { invocation, success } = outcome;
      observer.log?.('debug', `compiled ${nameOf(invocation)}${success ? '' : ': it failed'}`);
      await failures.ended(outcome);
      if (!success) return;
      round.tally.compiled(unitOf(invocation));
      const record = await units.done(outcome);
      // What macros lend is told at the end: what defines them may still be at work.
      found(unitProblems.of(record, unitProblems.lentBy([])));
      for (const link of record.links) {
        void verdicts.of(record, link).then(
          (verdict) => {
            found(verdicts.problemsOf(verdict));
            tell();
          },
          () => undefined,
        );
      }
    },
    onLink(link) {
      observer.log?.('debug', `link ${link.output}: ${link.inputs.length} inputs`);
      return units.link(link);
    },
    onLinked: (link, file) => units.linked(link, file),
    async onBuildScriptStart(run, waits) {
      idle.abort();
      await records.unitsRead();
      const gate = await gates.buildScript(run, waits);
      if (gate.allow && gate.said !== undefined)
        observer.log?.('debug', `known is what ${run.executable} says`);
      else logged(`run ${run.executable}`, gate);
      unchanged.ran ||= gate.allow;
      return gate;
    },
    onBuildScriptDone: (run, stdout, waits) => gates.instructions(run, stdout, waits),
    variablesOf: (outDir) => variablesSet(records.script(outDir)?.instructions ?? []),
    scriptInstructions: () =>
      // A target directory may hold the scripts of other workspaces.
      [...records.allScripts()]
        .filter(({ packageId }) => packageIds.has(packageId))
        .flatMap((script) => script.instructions.map(normalisedInstruction)),
    // `cargo run` would run what is not yet judged.
    onShim: (path) => unchanged.watch(path),
    onProgramStart: async () => ({ do: 'skip' }),
    onArtifact(artifact) {
      const state = artifact.fresh ? 'fresh' : 'built';
      observer.log?.('trace', `${state}: ${artifact.filenames.join(' ')}`);
      artifacts.push(artifact);
    },
    onBuildScriptExecuted: ({ outDir }) => executed.add(outDir),
    onProgress(progress) {
      built = progress;
      tell();
    },
    onCargoOutput: (line) => text.line(line),
  };

  const buildStarted = performance.now();
  const request = buildRequest(options, live.current, workspace);
  observer.log?.(
    'info',
    `cargo ${[...request.subcommand, ...request.cargoArguments].join(' ')} in ${request.directory}`,
  );
  for (const outDir of await forgetReleased(
    records,
    gates,
    live,
    isChosen(workspace, options.packages),
  ))
    observer.log?.('info', `may run now, with all that depends on it: build script of ${outDir}`);
  const names = new Map(workspace.packages.map(({ id, name }) => [id, name]));
  await records.forgetOtherwiseSandboxed((packageId) => {
    const name = names.get(packageId);
    return name === undefined ? undefined : buildScriptSandbox(live.current, name);
  });
  round.tally.cargoRuns++;
  const outcome = await runCargo(
    {
      ...request,
      storeId: store.id,
      sandboxes,
      colour: options.colour,
      showProgress: options.showProgress,
    },
    workspace,
    tracedHandlers(handlers, observer.trace, workspace),
    round.signal,
  )
    .catch(async (error) => {
      if (!(error instanceof StaleOutputError)) throw error;
      await forgetUnit(error.record);
      return error;
    })
    .finally(() => {
      idle.abort();
      text.end();
    });
  await records.unitsRead();
  timing.cargo = seconds(buildStarted);
  observer.trace?.add('build', 'cargo', clock() - timing.cargo * 1000);
  observer.log?.('info', `cargo ended after ${timing.cargo.toFixed(3)} s`);
  round.signal.throwIfAborted();
  if (outcome instanceof StaleOutputError) return { lost: [outcome.record.targetName] };
  if (gates.unknown.size > 0 || gates.unknownRuns.size > 0) {
    // A store that was lost in part, or is of another version.
    await Promise.all([...gates.unknown].map((path) => rm(path, { force: true })));
    await Promise.all([...gates.unknownRuns].map(forgetRun));
    return { lost: [...gates.unknown, ...gates.unknownRuns] };
  }
  const released = await settleHeld(executed, records, gates);
  if (released.length > 0) return { lost: released.map((outDir) => `build script of ${outDir}`) };
  const refused = await failures.settle(gates.held);
  if (refused.length > 0) return { lost: refused };
  for (const { command } of outcome.failedSandboxedUnits)
    observer.log?.('info', `a rustc that failed in its sandbox: ${shellWords(command)}`);
  failOnBuildError(outcome, gates, workspace, options.everything ?? false, text.disturbances);
  if (artifacts.length === 0 && gates.held.size === 0 && outcome.failedBuildScripts.length === 0) {
    throw new CheckError(
      'cargo built nothing, so nothing was checked',
      'do build_flags in cackle.toml, --package and --features leave it a target to build?',
    );
  }

  const recordsStarted = performance.now();
  const lost: string[] = [];
  if (options.command !== undefined) {
    for (const artifact of await placeholders(artifacts)) {
      const record = await records.ofArtifact(artifact);
      // By its record, only the unit goes: a test of the program has its name.
      await (record === undefined ? forget(artifact, workspace) : forgetUnit(record));
      lost.push(artifact.targetName);
    }
  }
  const { variables } =
    sandboxes?.forRustc === true
      ? await readCargoConfig(request.directory, request.cargoArguments)
      : { variables: [] };
  const passes = (name: string): boolean => sandboxes?.passesToRustc(name, variables) ?? true;
  for (const artifact of artifacts.filter((a) => a.fresh)) {
    const record = await records.ofArtifact(artifact);
    if (record === undefined || !seesTheSame(record, passes)) {
      await forget(artifact, workspace);
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
  if (lost.length > 0) {
    observer.log?.('warn', `built again, for their facts are not known: ${lost.join(', ')}`);
    return { lost };
  }
  const hidden = hiddenVariables(records.current, workspace, process.env);
  if (hidden !== undefined) observer.cargoOutput(hidden);
  timing.judge = seconds(recordsStarted);
  return { records, inputs, paths, gates, verdicts, unitProblems, outcome, artifacts, executed };
}

const nameOf = ({ crateName, extraFilename, kind, packageId }: RustcInvocation): string =>
  `${crateName}${extraFilename} (${kind}) of ${packageId}`;

/** Cargo gives each unit a file name of its own. */
const unitOf = ({ outDir, crateName, extraFilename, kind }: RustcInvocation): string =>
  [outDir, crateName, extraFilename, kind].join('\0');

/** What cargo is asked for: the whole workspace, or what `cargo test` and `cargo run` would build. */
function buildRequest(
  options: CheckOptions,
  config: Config,
  workspace: Workspace,
): Omit<BuildRequest, 'storeId' | 'sandboxes' | 'colour' | 'showProgress'> {
  const { command } = options;
  const profile = options.profile ?? config.profile;
  if (command === undefined) {
    return {
      workspaceRoot: workspace.root,
      directory: workspace.root,
      subcommand: ['build', '--keep-going'],
      cargoArguments: cargoArguments(options, config),
      profile,
      linkAll: options.linkAll ?? false,
      runsPrograms: false,
    };
  }
  const facts = readCommand(command, options.path);
  const { subcommand, args } = buildArguments(command, facts, {
    features: options.features ?? config.features,
    target: options.target,
    packages: options.packages,
  });
  return {
    workspaceRoot: workspace.root,
    directory: resolve(options.path),
    subcommand,
    cargoArguments: args,
    profile: facts.choosesProfile ? undefined : profile,
    linkAll: true,
    runsPrograms: true,
  };
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
