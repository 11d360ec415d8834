import { codeOf, type Problem, severityOf } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { printable } from '../output/printable.ts';
import { adviceLines, counted, headline, placeLines, uncheckedTexts } from './details.ts';
import type { Reporter } from './reporter.ts';
import { Repository } from './repository.ts';

/** Annotations of each level that GitHub shows of a step. */
export const SHOWN = 10;
/** Places in an annotation, which GitHub shows between the lines of a source. */
const LINES = 8;

/** Workflow commands: GitHub shows them at their place in this repository. */
export const github: Reporter = {
  check({ report }) {
    const repository = new Repository(report);
    const held = uncheckedTexts(report).map(({ word, text }) => `${word}: ${text}`);
    const isHeld = report.unchecked.length > 0;
    const commands =
      held.length === 0
        ? []
        : [command(isHeld ? 'error' : 'warning', { title: 'cackle: not checked' }, held)];
    let rest = 0;
    for (const level of ['error', 'warning'] as const) {
      const problems = report.problems.filter((problem) => severityOf(problem) === level);
      const taken = held.length > 0 && (level === 'error') === isHeld ? 1 : 0;
      const shown = problems.slice(0, SHOWN - taken);
      rest += problems.length - shown.length;
      commands.push(...shown.map((problem) => annotation(problem, report, repository)));
    }
    if (rest > 0)
      commands.push(
        command('notice', { title: 'cackle' }, [
          `${counted(rest, 'further problem')} not shown here: GitHub shows ${SHOWN} errors and ${SHOWN} warnings of a step`,
        ]),
      );
    return commands.map((line) => `${line}\n`).join('');
  },
  failure: ({ faults }) =>
    faults
      .slice(0, SHOWN)
      .map((fault) => `${command('error', { title: 'cackle: no check was made' }, [fault])}\n`)
      .join(''),
};

function annotation(problem: Problem, report: CheckReport, repository: Repository): string {
  const { file, line, column } = repository.placeOfProblem(problem);
  const places = placeLines(problem, report);
  const more = places.length > LINES ? ['…'] : [];
  return command(
    severityOf(problem),
    { file: file && printable(file), line, col: column, title: `cackle ${codeOf(problem)}` },
    [headline(problem), ...places.slice(0, LINES), ...more, ...adviceLines(problem)],
  );
}

/** Returns a workflow command, escaped as GitHub's own toolkit does it. */
export function command(
  name: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number | undefined>>,
  lines: readonly string[],
): string {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}=${escapedProperty(String(value))}`,
  );
  return `::${name} ${given.join(',')}::${escapedData(lines.join('\n'))}`;
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
