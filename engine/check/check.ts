import type { ProgramsOutcome } from '../build/types.ts';
import { CheckError } from '../errors.ts';
import { severityOf } from '../problems/kinds.ts';
import type { CheckReport } from '../problems/report.ts';
import { checkOnce } from './attempt.ts';
import { type CargoCommand, readCommand } from './cargo-command.ts';
import { runInForeground } from './foreground.ts';
import type { CheckObserver, CheckOptions } from './options.ts';

/**
 * One check from start to end. Throws {@link ConfigError} and {@link CheckError} when it cannot be made
 * (exit status 2, rule 6.6).
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
