import type { ProgramsOutcome } from './build/types.ts';
import { readExports } from './config/exports.ts';
import { readConfig } from './config/read.ts';
import { trim } from './facts/cache.ts';
import { RecordStore } from './facts/store.ts';
import { CheckError, type CheckReport, type Problem, severityOf } from './judge/problems.ts';
import { makeDirectory } from './make-directory.ts';
import { bubblewrapFault } from './sandbox/probe.ts';
import { Sandboxes } from './sandbox/sandboxes.ts';
import { type AcceptedFix, AutoAccept } from './session/auto-accept.ts';
import { type CargoCommand, readCommand } from './session/cargo-command.ts';
import { type Checked, runInForeground } from './session/foreground.ts';
import { type Judgement, judgeAgain, judgeBuilt } from './session/judgement.ts';
import { openLocation } from './session/location.ts';
import type { CheckObserver, CheckOptions } from './session/options.ts';
import { Pools } from './session/pools.ts';
import { build, type Round, Tally } from './session/round.ts';
import { seconds } from './session/seconds.ts';
import { readTree } from './session/tree.ts';
import { forgetChanged } from './session/verify.ts';
import { clock } from './spans.ts';

export { renderDiagnostic } from './config/render.ts';
export { ConfigError } from './config/types.ts';
export { adviceFor } from './fixes/advice.ts';
export { CheckError, severityOf } from './judge/problems.ts';
export type { AcceptedFix } from './session/auto-accept.ts';
export type { CargoCommand } from './session/cargo-command.ts';
export type { CheckObserver, CheckOptions } from './session/options.ts';
export { shellWords } from './session/sandbox-problems.ts';
export { chromeTrace, criticalPath, phaseSeconds, Trace } from './session/trace.ts';
export { clock } from './spans.ts';

/** How often a build is repeated for units whose stored facts were lost: they come to light a layer at a time. */
const MAX_ROUNDS = 6;
/** More than any workspace needs: what a fix of an API brings to light is a layer or two deep. */
const MAX_ACCEPTING_RUNS = 8;
const MAX_JUDGEMENTS = 8;

/**
 * One check from start to end. Throws {@link ConfigError} and {@link CheckError} when it cannot be made
 * (exit status 2, spec §6).
 */
export async function check(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<CheckReport> {
  return (await checkOnce(options, observer, signal)).report;
}

/**
 * `cackle test` and `cackle run`: builds and judges what cargo would start, and starts it when nothing is wrong.
 * `ran` is undefined when it was not started. Throws as {@link check} does.
 */
export async function checkAndRun(
  options: CheckOptions & { readonly command: CargoCommand },
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<{ readonly report: CheckReport; readonly ran: ProgramsOutcome | undefined }> {
  const checked = await checkOnce(options, observer, signal);
  const { report } = checked;
  const wrong = report.problems.some((problem) => severityOf(problem) === 'error');
  const runs = readCommand(options.command, options.path).runs;
  if (wrong || report.unchecked.length > 0 || !runs) return { report, ran: undefined };
  signal.throwIfAborted();
  return { report, ran: await runInForeground(options, checked, observer) };
}

/** What `--auto-accept-fixes` did. */
export interface Accepted {
  readonly report: CheckReport;
  readonly fixes: readonly AcceptedFix[];
}

/**
 * Checks and writes the best fix of each problem to cackle.toml until nothing is left that has one; makes the file
 * where there is none. Build scripts and proc macros go on in the same run of cargo as soon as they are allowed, and
 * what is built is judged again without cargo: to it, an edit of cackle.toml is a change in the package, after which a
 * build script that names no files runs again. It never switches a sandbox off. Throws as {@link check} does.
 */
export async function checkAndAccept(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<Accepted> {
  const fault = await bubblewrapFault();
  const { workspace, configFile } = await readTree(options);
  const exports = await readExports(workspace.packages);
  const missing: Problem = { kind: 'configuration-missing' };
  const accept = await AutoAccept.open(configFile, exports, { bubblewrapFault: fault }, missing);
  if (!accept.current.sandboxChosen) {
    await accept.accept([{ kind: 'sandbox-not-chosen' }]);
    if (!accept.current.sandboxChosen)
      throw new CheckError(
        `no sandbox is chosen, and Bubblewrap does not work here: ${fault ?? 'it was not tried'}`,
        'nobody but you may do without: write [sandbox] kind = "Disabled" in cackle.toml, or mend that',
      );
  }
  const tally = new Tally();
  for (let runs = 1; ; runs++) {
    const { report } = await checkOnce(options, observer, signal, tally, accept);
    // What was held or failed can only go on in another run of cargo.
    const changed = runs < MAX_ACCEPTING_RUNS && (await accept.accept(report.problems));
    if (!changed) return { report, fixes: accept.accepted };
  }
}

async function checkOnce(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
  tally = new Tally(),
  accepting?: AutoAccept,
): Promise<Checked> {
  const timing: Record<string, number> = {};
  const started = performance.now();
  const processor = process.cpuUsage();
  const { workspace, configFile } = await readTree(options);
  timing.metadata = seconds(started);
  observer.trace?.add('metadata', 'cargo metadata', clock() - timing.metadata * 1000);
  const exports = await readExports(workspace.packages);
  const live = accepting ?? { current: await readConfig(configFile, exports) };
  const sandboxes = await Sandboxes.open(
    live.current,
    workspace,
    options.command?.subcommand === 'test',
  );
  const location = await openLocation(workspace.targetDirectory);
  const store = await openStore(location.root);
  const pools = new Pools(observer.trace);
  const common = { workspace, sandboxes, store };
  const session = { options, observer, signal, live, exports, pools, location, timing, tally };
  try {
    if (options.verify) {
      const changed = await forgetChanged(store, pools, workspace);
      if (changed.length > 0)
        observer.log?.('warn', `not as they were recorded: ${changed.join(', ')}`);
    }
    for (let round = 1; ; round++) {
      const result = await buildAndJudge({ ...common, ...session }, accepting);
      if (result.report !== undefined) {
        timing.total = seconds(started);
        const { user, system } = process.cpuUsage(processor);
        timing.processor = (user + system) / 1e6;
        const report = { ...result.report, timing };
        // Beside the report: nobody waits for it.
        for (const level of result.limited)
          void trim(level).then((bytes) => {
            if (bytes > 0)
              observer.log?.('info', `removed ${bytes} bytes of old facts from ${level.directory}`);
          });
        return { ...common, config: live.current, executables: result.executables, report };
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

/** Runs cargo once and judges, again after each fix that needs no other build. */
async function buildAndJudge(round: Round, accepting: AutoAccept | undefined): Promise<Judgement> {
  const built = await build(round);
  if ('lost' in built) return built;
  let judged = await judgeBuilt(round, built);
  for (let times = 1; accepting !== undefined && times < MAX_JUDGEMENTS; times++) {
    const { report } = judged;
    if (report === undefined || report.unchecked.length > 0) break;
    if (!(await accepting.accept(report.problems))) break;
    round.observer.log?.('info', 'judging again, by the fixes that were accepted');
    judged = await judgeAgain(round, built);
  }
  return judged;
}

async function openStore(root: string): Promise<RecordStore> {
  try {
    await makeDirectory(root);
    return await RecordStore.open(root);
  } catch (error) {
    throw new CheckError(
      `cannot keep facts in ${root}: ${(error as Error).message}`,
      'the target directory has to be writable; CARGO_TARGET_DIR names another',
      { cause: error },
    );
  }
}
