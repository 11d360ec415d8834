import { printable } from '../output/printable.ts';

/** Returns a text of others as a code span: no markup, link, mention or HTML is seen in it. */
export function code(text: string): string {
  const shown = printable(text);
  const fence = '`'.repeat(longestRun(shown) + 1);
  // A space at both ends is stripped again; it is needed where a backtick or a space stands there.
  const padded = /^[` ]|[` ]$/.test(shown) || shown === '' ? ` ${shown} ` : shown;
  return `${fence}${padded}${fence}`;
}

/** Returns lines of others as a block of code. */
export function codeBlock(lines: readonly string[]): string {
  const shown = lines.map(printable);
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  return `${fence}text\n${shown.join('\n')}\n${fence}`;
}

/** Returns a sentence of ours with texts of others in it, of which those in backticks become code spans. */
export function sentence(text: string): string {
  return text
    .split('`')
    .map((part, i, { length }) => {
      // Spans that touch would be one.
      if (i % 2 === 0) return part === '' && i > 0 && i < length - 1 ? '<!-- -->' : escaped(part);
      return i === length - 1 ? escaped(`\`${part}`) : code(part);
    })
    .join('');
}

/** Backslashes against markup; comments against what GitHub finds in plain text: mentions, links, numbers of issues. */
function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*_[\]<>|~&$]/g, '\\$&')
    .replace(/[@#]/g, '$&<!-- -->')
    .replace(/:(?=\/)/g, ':<!-- -->')
    .replace(/(?<=www)\./gi, '<!-- -->.')
    .replace(/\bGH(?=-)/gi, '$&<!-- -->');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
