import type { ProgramsOutcome } from '../build/types.ts';
import { UnknownUnitError } from '../build/units.ts';
import { readConfig } from '../config/read.ts';
import { severityOf } from '../problems/kinds.ts';
import type { CheckReport } from '../problems/report.ts';
import type { LiveConfig } from '../verdicts/live-config.ts';
import { WorkspaceQuestions } from '../workspace/early-questions.ts';
import { isRebuild, untilNothingIsMissing } from './attempt.ts';
import { build } from './build.ts';
import { type CargoCommand, readCommand } from './cargo-command.ts';
import { openContext, startClock } from './context.ts';
import type { BuildCounts } from './counts.ts';
import { lockToCompare } from './inventory.ts';
import { judge } from './judge.ts';
import type { CheckObserver, CheckOptions } from './options.ts';
import { type FinishedCheck, report } from './report.ts';
import { runJudgedPrograms } from './run-programs.ts';
import { readTree, type Tree } from './tree.ts';

/** What a check is asked to do, by whom. */
export interface CheckRequest {
  readonly options: CheckOptions;
  readonly observer: CheckObserver;
  readonly signal: AbortSignal;
  /** Where a command makes several checks, what it counts over all of them. */
  readonly counts?: BuildCounts | undefined;
  /** The tree, where the caller has just read it. */
  readonly tree?: Tree | undefined;
  /** A configuration that may change while the check goes on; without one, cackle.toml is read once. */
  readonly live?: LiveConfig | undefined;
}

/**
 * One check from start to end. Throws {@link ConfigError} and {@link CheckError} when it cannot be made
 * (exit status 2, rule 6.6).
 */
export async function check(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<CheckReport> {
  return (await checkTree({ options, observer, signal })).report;
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
  const checked = await checkTree({ options, observer, signal });
  const { report: result } = checked;
  const wrong = result.problems.some((problem) => severityOf(problem) === 'error');
  const { runs } = readCommand(options.command, options.path);
  if (wrong || result.unchecked.length > 0 || !runs) return { report: result, ran: undefined };
  signal.throwIfAborted();
  return { report: result, ran: await runJudgedPrograms(options, checked, observer, signal) };
}

/** A check with all that can be done after it. Throws as {@link check} does. */
export async function checkTree(request: CheckRequest): Promise<FinishedCheck> {
  const { options, observer } = request;
  const questions = options.questions ?? new WorkspaceQuestions();
  try {
    return await checkOnce(request, questions, options.verify !== true);
  } catch (error) {
    if (!(error instanceof UnknownUnitError) || !questions.answers.dropUsed()) throw error;
    observer.log?.(
      'warn',
      `${error.message}; a stored answer of cargo may be out of date, so cargo is asked again`,
    );
    return await checkOnce(request, questions, false);
  }
}

/** With `mayKeep` the tree may be as cargo has described it earlier. */
async function checkOnce(
  request: CheckRequest,
  questions: WorkspaceQuestions,
  mayKeep: boolean,
): Promise<FinishedCheck> {
  const { options, signal } = request;
  const start = startClock();
  const { command } = options;
  const tree = request.tree ?? (await readTree(options, { command, mayKeep, questions }));
  signal.throwIfAborted();
  const live = request.live ?? { current: await readConfig(tree.configFile, tree.exports) };
  const context = await openContext(request, tree, live, questions, start);
  try {
    // A missing cackle.lock is told before the build.
    lockToCompare(context);
    const judgement = await untilNothingIsMissing(context, async () => {
      const built = await build(context);
      return isRebuild(built) ? built : await judge(context, built);
    });
    return await report(context, judgement);
  } finally {
    await context.trace?.close();
    await context.pools.close();
  }
}
