import { deniedText } from '../../engine/problems/failure.ts';
import { adviceFor } from '../../engine/problems/fixes.ts';
import { labelOf, type Problem, severityOf, titleOf } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { printable } from '../output/printable.ts';
import { onTargets, placeText } from '../output/problem-text.ts';
import { heldTexts, notCheckedTexts, type UncheckedText } from '../output/unchecked-text.ts';

/** Places and lines of output that are shown of a problem, of those that may be thousands. */
const SHOWN = 20;

/** Returns the problems of a report, errors first. */
export function bySeverity({ problems }: CheckReport): Problem[] {
  const errors = problems.filter((problem) => severityOf(problem) === 'error');
  return [...errors, ...problems.filter((problem) => severityOf(problem) === 'warning')];
}

/** Returns the problems by what they concern: those with errors first. */
export function byLabel(report: CheckReport): ReadonlyMap<string, readonly Problem[]> {
  const groups = new Map<string, Problem[]>();
  for (const problem of bySeverity(report)) {
    const label = labelOf(problem);
    const known = groups.get(label);
    if (known === undefined) groups.set(label, [problem]);
    else known.push(problem);
  }
  return groups;
}

/** Returns what is wrong with the package of a problem, in one printable line of bounded length. */
export function title(problem: Problem): string {
  return clipped(printable(titleOf(problem)));
}

/** Returns what is wrong, with the package, in one printable line of bounded length. */
export function headline(problem: Problem): string {
  return `${clipped(printable(labelOf(problem)))}: ${title(problem)}`;
}

/** Characters of a line; crates choose how long their names and instructions are. */
const WIDEST = 500;

/** Characters of a line that no person reads. */
const LONGEST = 10_000;

function clipped(line: string): string {
  return clippedTo(WIDEST, line);
}

function clippedTo(widest: number, line: string): string {
  return line.length > widest ? `${line.slice(0, widest - 1).toWellFormed()}…` : line;
}

/** Returns the places of a problem and how they are reached, then what settles it, as printable lines. */
export function detailLines(problem: Problem, report: CheckReport): string[] {
  return [...placeLines(problem, report), ...adviceLines(problem)];
}

/** Returns the places of a problem and how they are reached, or what a program wrote or asked for, as printable lines. */
export function placeLines(problem: Problem, report: CheckReport): string[] {
  const lines: string[] = [];
  const { workspaceRoot } = report;
  if ('usages' in problem) {
    let before = '';
    for (const { place, from, target, output, targets, backtrace } of problem.usages.slice(
      0,
      SHOWN,
    )) {
      const path = backtrace.map(({ name }) => printable(name)).join(' → ');
      const referrer = `in ${printable(from)} [${printable(`${output}${onTargets({ targets })}`)}]`;
      if (before !== `${referrer}\n${path}`)
        lines.push(referrer, ...(path === '' ? [] : [`  by ${path}`]));
      before = `${referrer}\n${path}`;
      lines.push(`  ${placeText(place, workspaceRoot)} uses ${printable(target)}`);
    }
    if (problem.usages.length > SHOWN)
      lines.push(`… and ${problem.usages.length - SHOWN} more usages`);
  }
  if ('uses' in problem) {
    for (const use of problem.uses.slice(0, SHOWN))
      lines.push(
        `${placeText(use.place, workspaceRoot)}${'name' in use ? ` reads ${printable(use.name)}` : ''}${printable(onTargets(use))}`,
      );
    if (problem.uses.length > SHOWN) lines.push(`… and ${problem.uses.length - SHOWN} more places`);
  }
  if ('instructions' in problem && problem.instructions.length > 1) {
    lines.push(...problem.instructions.slice(0, SHOWN).map(printable));
    const more = problem.instructions.length - SHOWN;
    if (more > 0) lines.push(`… and ${counted(more, 'more instruction')}`);
  }
  if (problem.kind === 'execution-failed') {
    lines.push(...problem.output.trimEnd().split('\n').slice(-SHOWN).map(printable));
    lines.push(...deniedText(problem).map(printable));
  }
  return lines.map(clipped);
}

/** Returns what to write into cackle.toml, as printable lines; none where no edit is proposed. */
export function adviceLines(problem: Problem): string[] {
  const advice = adviceFor(problem);
  if (advice === undefined) return [];
  const text = advice.text.split('\n').map((line) => `  ${printable(line)}`);
  return [`to ${advice.verb} it, in cackle.toml:`, ...text.map(clipped)];
}

/** Returns what was held, failed or not checked, in lines as the report for people has them (rule 6.24); none when all was checked. */
export function uncheckedTexts(report: CheckReport): UncheckedText[] {
  const all = [...heldTexts(report, false), ...notCheckedTexts(report, false)];
  return all.map(({ word, text }) => ({ word, text: clipped(text) }));
}

/** Returns the same as lines of text that name all programs. */
export function uncheckedLines(report: CheckReport): string[] {
  const all = [...heldTexts(report, true), ...notCheckedTexts(report, false)];
  return all.map(({ word, text }) => clippedTo(LONGEST, `${word}: ${text}`));
}

/** Returns a number with what it counts. */
export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** Returns the numbers of problems and warnings in words. */
export function countsText(report: CheckReport): string {
  const errors = report.problems.filter((problem) => severityOf(problem) === 'error').length;
  return `${counted(errors, 'problem')}, ${counted(report.problems.length - errors, 'warning')}`;
}
