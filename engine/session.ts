import type { ProgramsOutcome } from './build/types.ts';
import { readExports } from './config/exports.ts';
import { CheckError, type CheckReport, type Problem, severityOf } from './judge/problems.ts';
import { bubblewrapFault } from './sandbox/probe.ts';
import { type AcceptedFix, AutoAccept } from './session/auto-accept.ts';
import { type CargoCommand, readCommand } from './session/cargo-command.ts';
import { checkOnce } from './session/check-once.ts';
import { runInForeground } from './session/foreground.ts';
import type { CheckObserver, CheckOptions } from './session/options.ts';
import { Tally } from './session/round.ts';
import { readTree } from './session/tree.ts';

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

/** More than any workspace needs: what a fix of an API brings to light is a layer or two deep. */
const MAX_ACCEPTING_RUNS = 8;

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
        'mend that; to do without a sandbox is for nobody but you to choose: `cackle`, which asks, or README.md, "Without a sandbox"',
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
