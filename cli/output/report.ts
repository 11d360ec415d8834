import type { AcceptedFix } from '../../engine/editing/auto-accept.ts';
import { groupBy } from '../../engine/group-by.ts';
import { neverDoneText } from '../../engine/observed/compare.ts';
import { deniedText, endingOf, howToSeeTheCommand } from '../../engine/problems/failure.ts';
import { adviceFor } from '../../engine/problems/fixes.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { codeOf, labelOf, severityOf, titleOf } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import type { Denial } from '../../engine/sandbox/denied.ts';
import { shellWords } from '../../engine/shell-words.ts';
import { count } from './count.ts';
import { instructionLines, keywordLines, readLines, usageLines } from './places-text.ts';
import { printable } from './printable.ts';
import type { Paint, ReportOptions } from './report-options.ts';
import { heldTexts, notCheckedTexts } from './unchecked-text.ts';

/** The report of a check as text for stdout (rules 5.21, 6.13, 6.24): what is held, problems by package, what was not checked, counts. */
export function renderReport(report: CheckReport, paint: Paint, options: ReportOptions): string {
  const lines: string[] = [];
  const held = heldTexts(report, options.everyUsage);
  // Everything else waits for them.
  for (const { word, text } of held) lines.push(`${paint.yellow(word)}: ${text}`);
  if (held.length > 0) lines.push('');
  lines.push(...problemLines(report.problems, report, paint, options));
  const notChecked = notCheckedTexts(report, options.everyUsage);
  for (const { word, text } of notChecked) lines.push(`${paint.yellow(word)}: ${text}`);
  if (notChecked.length > 0) lines.push('');
  if (options.everyUsage) {
    for (const { output, symbols } of report.linkerKept)
      lines.push(
        `${paint.yellow('kept by the linker')}, and therefore judged as live, in ${printable(output)}: ${symbols.map(printable).join(', ')}`,
      );
  }
  for (const { scope, api } of report.neverDone ?? [])
    lines.push(paint.dim(`hint: ${printable(neverDoneText(scope, api))}`));
  const { length } = report.notCompiled;
  // What is held may be why.
  if (length > 0 && report.unchecked.length === 0)
    lines.push(
      paint.dim(
        `${count(length, 'package')} of Cargo.lock ${length === 1 ? 'is' : 'are'} compiled by no build of this check, and not judged${report.gatesOnly ? '' : '; `cackle coverage` tells for which target or feature'}`,
      ),
    );
  lines.push(summary(report, paint, options));
  return `${lines.join('\n')}\n`;
}

/** Returns the summary of a check without problems. */
export function summaryText(report: CheckReport): string {
  const plain = (text: string | number): string => String(text);
  const paint = { red: plain, yellow: plain, green: plain, cyan: plain, dim: plain, bold: plain };
  return summary(report, paint, { backtraces: false, everyUsage: false, failOnWarnings: false });
}

function summary(report: CheckReport, paint: Paint, options: ReportOptions): string {
  const errors = report.problems.filter((p) => severityOf(p) === 'error').length;
  const warnings = report.problems.length - errors;
  const { packages, units, outputs, objects, permissionsNeeded } = report.counts;
  const checked = `${count(packages, 'package')}, ${count(units, 'unit')}, ${count(outputs, 'output')}, ${count(objects, 'object')} checked${report.targets.length > 1 ? ` for ${report.targets.length} targets` : ''}${report.builds.length > 1 ? ` in ${report.builds.length} builds` : ''}; ${count(permissionsNeeded, 'permission')} needed${report.gatesOnly ? '; programs were not judged' : ''}`;
  const failed = errors > 0 || (options.failOnWarnings && warnings > 0);
  const warned = `${warnings} warning${warnings === 1 ? '' : 's'}`;
  const found = `${errors} problem${errors === 1 ? '' : 's'}, ${warned}`;
  return failed
    ? `${paint.red(found)} (${checked})`
    : `${paint.green('no problems')}${warnings > 0 ? `, ${warned}` : ''} (${checked})`;
}

/** Returns the lines for problems by package, each package with an empty line behind it. */
export function problemLines(
  problems: readonly Problem[],
  report: Pick<CheckReport, 'workspaceRoot'>,
  paint: Paint,
  options: ReportOptions,
): string[] {
  const byPackage = groupBy(problems, labelOf);
  return [...byPackage.keys()]
    .sort()
    .flatMap((label) => [
      paint.bold(printable(label)),
      ...(byPackage.get(label) ?? []).flatMap((problem) =>
        renderProblem(problem, report, paint, options),
      ),
      '',
    ]);
}

/** Returns the lines for a problem: what it is, where, and what allows it. */
function renderProblem(
  problem: Problem,
  report: Pick<CheckReport, 'workspaceRoot'>,
  paint: Paint,
  options: ReportOptions,
): string[] {
  const code = codeOf(problem);
  const mark =
    severityOf(problem) === 'error'
      ? paint.red(`error[${code}]`)
      : paint.yellow(`warning[${code}]`);
  const lines = [`  ${mark}: ${printable(titleOf(problem))}`];
  if ('usages' in problem) lines.push(...usageLines(problem.usages, report, paint, options));
  if (problem.kind === 'disallowed-compile-files' || problem.kind === 'disallowed-compile-env')
    lines.push(...readLines(problem.uses, report, paint, options));
  else if ('uses' in problem) lines.push(...keywordLines(problem.uses, report, paint, options));
  if ('instructions' in problem)
    lines.push(...instructionLines(problem.instructions, paint, options));
  if (problem.kind === 'execution-failed') {
    for (const line of problem.output.trimEnd().split('\n').slice(-20))
      lines.push(paint.dim(`    | ${printable(line)}`));
    for (const line of deniedText(problem)) lines.push(`    ${printable(line)}`);
    lines.push(...sandboxLines(problem.sandboxCommand, paint, options));
  }
  const advice = adviceFor(problem);
  if (advice !== undefined)
    lines.push(
      paint.dim(`    to ${advice.verb} it, in cackle.toml:`),
      ...advice.text.split('\n').map((l) => `      ${paint.cyan(printable(l))}`),
    );
  return lines;
}

/** How to see the command line of a sandbox, which fills a screen and would part the reason from the fix; with `--debug` that itself. */
function sandboxLines(
  command: readonly string[] | undefined,
  paint: Paint,
  { everyUsage, keepsLog }: ReportOptions,
): string[] {
  if (command === undefined) return [];
  if (!everyUsage) return [`    ${paint.dim(`(${howToSeeTheCommand(keepsLog !== false)})`)}`];
  return ['    its sandbox was:', paint.dim(`      ${printable(shellWords(command))}`)];
}

/** Returns what `--auto-accept-fixes` wrote, by package. */
export function acceptedText(fixes: readonly AcceptedFix[], runs: number): string {
  const lines = fixes.map(({ problem, title }) => {
    const label = 'packageLabel' in problem ? `${problem.packageLabel}: ` : '';
    return `  ${printable(`${label}${title}`)}\n`;
  });
  const head = fixes.length === 0 ? 'nothing to accept' : 'written to cackle.toml:';
  return `${head}\n${lines.sort().join('')}(cargo was run ${runs === 1 ? 'once' : `${runs} times`})\n`;
}

/** Returns a note on a test that failed in its sandbox, with its command line if `everything`; its output was printed before. */
export function failedTestText(
  failed: {
    readonly denied?: readonly Denial[] | undefined;
    readonly status: number | undefined;
    readonly signal: number | undefined;
    readonly sandboxCommand: readonly string[] | undefined;
    readonly output: string;
  },
  everything: boolean,
  keepsLog = true,
): string {
  const command = printable(shellWords(failed.sandboxCommand ?? []));
  const known = failed.denied !== undefined && failed.denied.length > 0;
  const denied = (known ? deniedText(failed) : []).map((line) => `  ${printable(line)}\n`);
  const why =
    denied.length === 0
      ? 'the sandbox may be why: test.sandbox'
      : 'test.sandbox decides what its sandbox allows,';
  return `note: a test failed${endingOf(failed)}; ${why} in its package's table of cackle.toml\n${denied.join('')}${everything ? `  its command line was: ${command}` : `  ${howToSeeTheCommand(keepsLog)}`}\n`;
}
