import { runCargo } from '../build/driver.ts';
import type { BuildOutcome, CargoArtifact, FailedProgram } from '../build/types.ts';
import { type BuildChoice, featureWords } from '../config/features.ts';
import { buildScriptSandbox } from '../config/sandbox.ts';
import { CheckError } from '../errors.ts';
import { forgetReleased } from '../gates/held-scripts.ts';
import { shellWords } from '../shell-words.ts';
import { seconds } from '../trace/seconds.ts';
import { clock } from '../trace/spans.ts';
import { hiddenVariables } from '../units/hidden-variables.ts';
import { StaleOutputError } from '../verdicts/output-verdict.ts';
import { type BuildAttempt, type FinishedBuild, openAttempt, type Rebuild } from './attempt.ts';
import { failOnBuildError } from './build-error.ts';
import { plannedBuilds } from './builds.ts';
import { isChosen } from './cargo-command.ts';
import { buildRequest } from './cargo-request.ts';
import { CargoText } from './cargo-text.ts';
import type { CheckContext } from './context.ts';
import { buildHandlers } from './handlers.ts';
import { unitsNotHeldAsBefore, unitsWithoutFacts } from './missing-units.ts';
import { BuildProgressNotes } from './progress.ts';
import { tracedHandlers } from './traced-handlers.ts';

/**
 * Runs cargo, once for each planned build, and judges what it builds meanwhile. Resolves to the finished build, or to the
 * units without a usable record, which another attempt has to build again. Throws CheckError.
 */
export async function build(context: CheckContext): Promise<FinishedBuild | Rebuild> {
  const { observer, workspace, options, live } = context;
  const attempt = await openAttempt(context);
  const outcomes: BuildOutcome[] = [];
  const artifactsOfBuilds: CargoArtifact[][] = [];
  const builds = plannedBuilds(options, live.current, workspace);
  for (const [index, one] of builds.entries()) {
    const { targets, features } = one;
    const what = [...targets, `features: ${featureWords(features)}`].join(', ');
    if (builds.length > 1)
      observer.cargoOutput(`note: build ${index + 1} of ${builds.length}: ${what}`);
    const before = attempt.artifacts.length;
    const outcome = await buildOne(context, attempt, one, outcomes.length === 0);
    if ('unitsToRebuild' in outcome) return outcome;
    outcomes.push(outcome);
    artifactsOfBuilds.push(attempt.artifacts.slice(before));
  }
  const judged = [...attempt.records.current].filter(({ asGiven }) => asGiven !== true);
  const hidden = hiddenVariables(judged, workspace, process.env);
  if (hidden !== undefined) observer.cargoOutput(hidden);
  return { ...attempt, outcome: together(outcomes), artifactsOfBuilds };
}

/**
 * Runs cargo for one of the builds of an attempt. What it calls fresh is looked up before the next one runs, which may put
 * its own files in the places that cargo names.
 */
async function buildOne(
  context: CheckContext,
  attempt: BuildAttempt,
  one: BuildChoice,
  isFirst: boolean,
): Promise<BuildOutcome | Rebuild> {
  const { observer, workspace, options, timing, signal } = context;
  const text = new CargoText(workspace, attempt.gates.heldPrograms, {
    shown: (line) => observer.cargoOutput(line),
    hidden: (line) =>
      options.everything ? observer.cargoOutput(line) : observer.log?.('debug', line),
  });
  const before = attempt.artifacts.length;
  const started = performance.now();
  const outcome = await runBuild(context, attempt, one, { text, isFirst });
  await attempt.records.unitsRead();
  const took = seconds(started);
  timing.cargo = (timing.cargo ?? 0) + took;
  observer.trace?.add('build', 'cargo', clock() - took * 1000);
  observer.log?.('info', `cargo ended after ${took.toFixed(3)} s`);
  signal.throwIfAborted();

  const artifacts = attempt.artifacts.slice(before);
  const repeated = await unitsNotHeldAsBefore(context, { ...attempt, artifacts }, outcome);
  if (outcome instanceof StaleOutputError || repeated.length > 0)
    return { unitsToRebuild: repeated };
  failWhereNothingCanBeJudged(context, { ...attempt, artifacts }, outcome, text);
  const recordsStarted = performance.now();
  const unitsToRebuild = await unitsWithoutFacts(context, { ...attempt, artifacts }, outcome);
  timing.judge = (timing.judge ?? 0) + seconds(recordsStarted);
  if (unitsToRebuild.length === 0) return outcome;
  observer.log?.(
    'warn',
    `built again, because their facts are not stored: ${unitsToRebuild.join(', ')}`,
  );
  return { unitsToRebuild };
}

/** Returns the outcomes of all builds of an attempt as one: of what failed in several, the first. */
function together(outcomes: readonly BuildOutcome[]): BuildOutcome {
  const [first, ...others] = outcomes;
  if (first === undefined) throw new Error('no build was planned');
  if (others.length === 0) return first;
  const failed = outcomes.flatMap(({ failedBuildScripts }) => failedBuildScripts);
  const keyOf = ({ packageId, target }: FailedProgram): string => `${packageId}\0${target}`;
  return {
    cargoStatus: outcomes.find(({ cargoStatus }) => cargoStatus !== 0)?.cargoStatus ?? 0,
    cargoSignal: outcomes.find(({ cargoSignal }) => cargoSignal !== null)?.cargoSignal ?? null,
    failedUnits: outcomes.flatMap(({ failedUnits }) => failedUnits),
    failedBuildScripts: [...new Map(failed.reverse().map((f) => [keyOf(f), f])).values()].reverse(),
    killed: outcomes.flatMap(({ killed }) => killed),
    configVariables: first.configVariables,
    failedSandboxedUnits: outcomes.flatMap(({ failedSandboxedUnits }) => failedSandboxedUnits),
  };
}

/** Releases what may run by now and runs cargo. Returns the error of an output that could not be judged for lost facts. */
async function runBuild(
  context: CheckContext,
  attempt: BuildAttempt,
  one: BuildChoice,
  { text, isFirst }: { readonly text: CargoText; readonly isFirst: boolean },
): Promise<BuildOutcome | StaleOutputError> {
  const { options, observer, workspace, live, counts, signal } = context;
  const { gatesOnly } = attempt;
  const request = buildRequest(options, { ...context, config: live.current, gatesOnly }, one);
  observer.log?.(
    'info',
    `cargo ${[...request.subcommand, ...request.cargoArguments].join(' ')} in ${request.directory}`,
  );
  if (isFirst) await releaseScripts(context, attempt);
  counts.cargoRuns++;
  const earlyJudging = new AbortController();
  const progress = new BuildProgressNotes(observer, attempt.verdicts);
  const handlers = buildHandlers(context, attempt, { text, progress, earlyJudging, isFirst });
  try {
    const traced = tracedHandlers(handlers, observer.trace, workspace);
    return await runCargo(request, workspace, traced, signal);
  } catch (error) {
    if (error instanceof StaleOutputError) return error;
    throw error;
  } finally {
    earlyJudging.abort();
    text.end();
  }
}

/** Makes cargo rerun the build scripts that were held and may run now, and those that ran in another sandbox. */
async function releaseScripts(
  { observer, workspace, live, options, trace }: CheckContext,
  { records, gates }: BuildAttempt,
): Promise<void> {
  const chosen = isChosen(workspace, options.packages);
  for (const outDir of await forgetReleased(records, gates, live, chosen))
    observer.log?.('info', `may run now, with all that depends on it: build script of ${outDir}`);
  const names = new Map(workspace.packages.map(({ id, name }) => [id, name]));
  await records.forgetOtherwiseSandboxed((packageId) => {
    const name = names.get(packageId);
    return name === undefined ? undefined : buildScriptSandbox(live.current, name);
  });
  if (trace === undefined) return;
  for (const script of [...records.allScripts()])
    if (!(await trace.hasSeenScript(script))) await records.forgetScript(script);
}

/** Throws CheckError when a build failed by itself, or built nothing. */
function failWhereNothingCanBeJudged(
  { observer, workspace, options, live }: CheckContext,
  { gates, artifacts }: BuildAttempt,
  outcome: BuildOutcome,
  { disturbances }: CargoText,
): void {
  for (const { command } of outcome.failedSandboxedUnits)
    observer.log?.('info', `a rustc that failed in its sandbox: ${shellWords(command)}`);
  for (const { sandboxCommand } of outcome.failedBuildScripts)
    if (sandboxCommand !== undefined)
      observer.log?.('info', `a build script that failed: ${shellWords(sandboxCommand)}`);
  const everything = options.everything ?? false;
  const config = live.current;
  failOnBuildError(outcome, { gates, workspace, config, everything, disturbances });
  const isHeld = gates.heldPrograms.size > 0 || outcome.cargoStatus !== 0;
  if (artifacts.length === 0 && !isHeld)
    throw new CheckError(
      'cargo built nothing, so nothing was checked',
      'do build_flags in cackle.toml, --package and --features leave it a target to build?',
    );
}
