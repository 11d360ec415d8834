import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { check, checkAndRun } from '../../engine/check/check.ts';
import type { CheckObserver, CheckOptions } from '../../engine/check/options.ts';
import { checkAndAccept } from '../../engine/editing/accept.ts';
import { CheckError } from '../../engine/errors.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { severityOf } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { shellWords } from '../../engine/shell-words.ts';
import { whyUnwritable } from '../../engine/system-errors.ts';
import { clock } from '../../engine/trace/spans.ts';
import { Trace } from '../../engine/trace/trace.ts';
import type { CheckArguments } from '../arguments/check-arguments.ts';
import { faultsOf } from '../output/error-text.ts';
import { type Log, openLog } from '../output/log-file.ts';
import { messages } from '../output/messages.ts';
import { acceptedText, failedTestText } from '../output/report.ts';
import { openTraceFile, timingText, writeTraceFile } from '../output/timing.ts';
import { checkOptions } from './choices.ts';
import { signals } from './exit-status.ts';
import { ReportPrinter } from './print.ts';
import { attended } from './watched.ts';

/** What a check is for, and what was asked before this module was loaded. */
type CheckPurpose = Pick<CheckOptions, 'command' | 'questions'>;

/** Makes one check and prints its report; with a command, starts it when nothing is wrong. Resolves to the exit status (rule 6.6). */
export async function runCheck(
  args: CheckArguments,
  { command, questions }: CheckPurpose = {},
): Promise<number> {
  const { status, showsProgress, colour, signal, endedBy, ...watching } = attended(args);
  let log: Log | undefined;
  let printer: ReportPrinter | undefined;
  const wantsTrace = args.printTiming || args.traceFile !== undefined;
  const trace = wantsTrace ? new Trace() : undefined;
  const options = { ...checkOptions(args, { colour, showProgress: showsProgress }), questions };
  const observer: CheckObserver = {
    ...watching.observer,
    log: (level, text) => log?.write(level, text),
    trace,
  };
  try {
    log = openLog(args.logFile, args.logLevel);
    if (args.traceFile !== undefined) openTraceFile(args.traceFile);
    printer = new ReportPrinter(args);
    if (args.autoAcceptFixes) {
      if (command !== undefined)
        throw new CheckError(
          `--auto-accept-fixes writes permissions of a check, not of \`${command.subcommand}\``,
          `\`cackle -n --auto-accept-fixes\` first, then \`cackle ${command.subcommand}\``,
        );
      const { report, fixes } = await checkAndAccept(options, observer, signal);
      status.clear();
      if (!args.quiet) messages.log(acceptedText(fixes, report.counts.cargoRuns).trimEnd());
      return await printReport(report, printer, args, trace);
    }
    if (command === undefined) {
      const report = await check(options, observer, signal);
      status.clear();
      return await printReport(report, printer, args, trace);
    }
    const { report, ran } = await checkAndRun({ ...options, command }, observer, signal);
    status.clear();
    if (ran === undefined) {
      // Once the program runs, stdout belongs to it.
      const failed = report.unchecked.length > 0 || report.problems.some(isError);
      if (failed) return await printReport(withoutWarnings(report), printer, args, trace);
      await printer.write(withoutWarnings(report));
      return 0;
    }
    await printer.write(withoutWarnings(report));
    if (trace !== undefined) finishTrace(trace, args, report);
    for (const failed of ran.failedTests) {
      messages.log(failedTestText(failed, args.debug).trimEnd());
      log?.write('info', `a test that failed: ${shellWords(failed.sandboxCommand ?? [])}`);
    }
    return ran.cargoStatus ?? signalStatus(ran.cargoSignal);
  } catch (error) {
    status.clear();
    const ending = endedBy();
    if (ending !== undefined) {
      messages.log('interrupted; nothing was left running');
      await printer?.fail(['the check was interrupted']).catch(() => undefined);
      return signals[ending] ?? 2;
    }
    const say = (faults: readonly string[]): void => {
      for (const fault of faults) {
        log?.write('error', fault);
        messages.error(fault);
      }
    };
    const faults = faultsOf(error, args.debug);
    say(faults);
    await printer?.fail(faults).catch((other) => say(faultsOf(other, args.debug)));
    return 2;
  }
  // The log stays open: trimming the cache and storing cargo's answer go on beside the report, until the process ends.
}

const isError = (problem: Problem): boolean => severityOf(problem) === 'error';

/** Removes warnings, which mean little when `test` and `run` build only a part of the workspace (rule 5.20). */
function withoutWarnings(report: CheckReport): CheckReport {
  return { ...report, problems: report.problems.filter(isError) };
}

function signalStatus(signal: string | null): number {
  const number = constants.signals[signal as NodeJS.Signals];
  return number === undefined ? 1 : 128 + number;
}

/** Prints a report to where it goes; resolves to the exit status. */
async function printReport(
  report: CheckReport,
  printer: ReportPrinter,
  args: CheckArguments,
  trace: Trace | undefined,
): Promise<number> {
  const started = trace && clock();
  if (args.grantsFile !== undefined) await writeGrants(args.grantsFile, report);
  await printer.print(report);
  if (trace !== undefined && started !== undefined) {
    trace.add('report', 'print', started);
    finishTrace(trace, args, report);
  }
  const failed = report.problems.some((p) => args.failOnWarnings || isError(p));
  const left = report.unchecked.filter(({ isExcused }) => isExcused !== true);
  // Of a target for which C code cannot be compiled here, there is no result.
  if (left.some(({ compilerAdvice }) => compilerAdvice !== undefined)) return 2;
  return failed || left.length > 0 ? 1 : 0;
}

function finishTrace(trace: Trace, args: CheckArguments, report: CheckReport): void {
  if (args.printTiming) messages.log(timingText(trace, report).trimEnd());
  if (args.traceFile !== undefined) writeTraceFile(args.traceFile, trace);
}

/** Writes the permissions that a report stands for, as `--grants-json` asks. Throws CheckError. */
async function writeGrants(file: string, report: CheckReport): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(grantsOf(report))}\n`);
  } catch (error) {
    throw new CheckError(
      `cannot write ${file}: ${whyUnwritable(error)}`,
      'let --grants-json name a file in a writable directory',
      { cause: error },
    );
  }
}

/** What tools/grant-runs.mjs compares with the original: only what that can allow as well, in its words. */
function grantsOf(report: CheckReport): object {
  const grants = report.grants.map(({ scope, api }) => ({
    package: scope.package,
    scope: scope.suffix || 'pkg',
    api,
  }));
  for (const problem of report.problems) {
    if (problem.kind === 'disallowed-unsafe') grants.push(extra(problem, 'allow_unsafe'));
    if (problem.kind === 'disallowed-extern') grants.push(extra(problem, 'allow_extern'));
    if (problem.kind === 'proc-macro-not-allowed')
      grants.push({ package: problem.packageName, scope: 'pkg', api: 'allow_proc_macro' });
    if (problem.kind === 'disallowed-build-instruction') {
      for (const instruction of problem.instructions)
        grants.push({
          package: problem.packageName,
          scope: 'build',
          api: `allow_build_instructions=${instruction}`,
        });
    }
  }
  const exports = report.problems
    .filter((problem) => problem.kind === 'possible-export')
    .map((problem) => ({ package: problem.packageName, scope: 'api', api: problem.api }));
  return { grants, exports };
}

function extra(
  problem: { packageName: string; scope: { suffix: string } },
  api: string,
): { package: string; scope: string; api: string } {
  return { package: problem.packageName, scope: problem.scope.suffix || 'pkg', api };
}
