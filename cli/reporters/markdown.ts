import { codeOf, type Problem, severityOf } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { printable } from '../output/printable.ts';
import { summaryText } from '../output/report.ts';
import { byLabel, counted, countsText, detailLines, title, uncheckedTexts } from './details.ts';
import { code, codeBlock, sentence } from './markdown-text.ts';
import type { Reporter } from './reporter.ts';
import { Repository } from './repository.ts';

/** Characters; a comment on GitHub may have 65,536. */
const LIMIT = 60_000;
/** Characters kept free for the note of what was cut. */
const RESERVE = 500;
/** Problems that are shown without unfolding: one screen. */
const OPEN = 12;

/** For job summaries and comments: one line for a clean check, else one screen and folded details. */
export const markdown: Reporter = {
  check({ report }) {
    const held = uncheckedTexts(report);
    if (report.problems.length === 0 && held.length === 0)
      return `**cackle**: ${sentence(summaryText(report))}\n`;
    const { lines, details } = listed(report);
    const open = lines.slice(0, OPEN * 2);
    const folded = lines.slice(OPEN * 2);
    const parts = [
      `### cackle: ${countsText(report)}`,
      bulleted(held.map(({ word, text }) => `**${word}**: ${sentence(text)}`)),
      open.join('\n'),
      ...(folded.length > 0 ? [fold('More problems', folded.join('\n'))] : []),
      ...details,
    ];
    return limitedText(parts.filter((part) => part !== ''));
  },
  failure: ({ faults }) =>
    limitedText(['### cackle: no check was made', ...faults.map((f) => codeBlock(f.split('\n')))]),
};

/** The list of problems by package, and the folded details of each package. */
function listed(report: CheckReport): { readonly lines: string[]; readonly details: string[] } {
  const repository = new Repository(report);
  const lines: string[] = [];
  const details: string[] = [];
  for (const [label, problems] of byLabel(report)) {
    lines.push(`- **${code(label)}**`);
    for (const problem of problems) {
      const { file, line } = repository.placeOfProblem(problem);
      lines.push(
        `  - ${severityOf(problem)} ${codeOf(problem)}: ${sentence(title(problem))} — ${code(`${file}:${line}`)}`,
      );
    }
    const text = problems.flatMap((problem) => detailsOf(problem, report));
    if (text.length > 0)
      details.push(
        fold(`Details of ${html(label)}: places, paths, what settles it`, codeBlock(text)),
      );
  }
  return { lines, details };
}

function detailsOf(problem: Problem, report: CheckReport): string[] {
  const lines = detailLines(problem, report);
  if (lines.length === 0) return [];
  return [`${codeOf(problem)}: ${title(problem)}`, ...lines.map((line) => `  ${line}`)];
}

/** Joins as many parts as fit, cuts the first that does not at a line, and says what was cut. */
export function limitedText(parts: readonly string[]): string {
  let text = '';
  let dropped = 0;
  for (const part of parts) {
    if (text.length + part.length + 2 <= LIMIT - RESERVE) text += `${part}\n\n`;
    else if (dropped++ === 0 && isList(part)) {
      const room = LIMIT - RESERVE - text.length;
      text += `${part.slice(0, part.lastIndexOf('\n', room))}\n\n`;
    }
  }
  if (dropped > 0)
    text += `**Cut**: ${counted(dropped, 'part')} of this report did not fit into ${LIMIT} characters; \`cackle -n\` shows all.\n`;
  return `${text.trimEnd()}\n`;
}

/** May a part be cut at any of its lines? */
const isList = (part: string): boolean => part.startsWith('- ') && part.length > LIMIT / 2;

const bulleted = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** Returns a text that is folded under a summary of ours. */
export const fold = (summary: string, text: string): string =>
  `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`;

/** Returns a text of others inside of HTML, where markdown is not read. */
export function html(text: string): string {
  const escaped = printable(text).replace(/[^\w .,-]/gu, (c) => `&#${c.codePointAt(0)};`);
  return `<code>${escaped}</code>`;
}
