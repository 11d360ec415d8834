import type { Code, Explanation, Severity } from '../../engine/problems/descriptor.ts';
import { type Kind, kinds } from '../../engine/problems/kinds.ts';
import { nearest } from '../arguments/usage-error.ts';
import type { Paint } from './report-options.ts';

/** A kind of problem as `explain` and docs/codes.md tell it. */
export interface ExplainedKind {
  readonly kind: Kind;
  readonly code: Code;
  readonly severity: Severity;
  readonly group: string;
  readonly explanation: Explanation;
}

/** Every kind of problem, by its code. */
export const explainedKinds: readonly ExplainedKind[] = Object.entries(kinds)
  .map(([kind, { code, severity, group, explanation }]) => ({
    kind: kind as Kind,
    code,
    severity,
    group,
    explanation,
  }))
  .sort((a, b) => (a.code < b.code ? -1 : 1));

/** Returns the kind that a code or a kind's name means, in upper or lower case; undefined if there is none. */
export function findExplained(word: string): ExplainedKind | undefined {
  const wanted = word.toLowerCase();
  return explainedKinds.find(({ code, kind }) => code.toLowerCase() === wanted || kind === wanted);
}

/** Returns the code or name nearest to an unknown word; undefined if none is near. */
export function nearestExplained(word: string): string | undefined {
  const byCode = nearest(
    word.toUpperCase(),
    explainedKinds.map(({ code }) => code),
  );
  return (
    byCode ??
    nearest(
      word.toLowerCase(),
      explainedKinds.map(({ kind }) => kind),
    )
  );
}

const WIDTH = 80;

/** Returns what `explain` prints of a kind. */
export function explainText(explained: ExplainedKind, paint: Paint): string {
  const { code, kind, severity, explanation } = explained;
  const { what, why, example, settle } = explanation;
  const parts = [
    `${paint.bold(`${severity}[${code}]`)}: ${kind}`,
    wrapped(what),
    `${paint.bold('Why it matters')}\n${wrapped(why)}`,
    `${paint.bold('Example')}\n${indented(example)}`,
    `${paint.bold('How to settle it')}\n${wrapped(settle)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Returns the list of all kinds, a line for each. */
export function explainList(): string {
  const lines = explainedKinds.map(
    ({ code, kind, severity }) => `${code}  ${severity.padEnd(7)}  ${kind}\n`,
  );
  return `${lines.join('')}\n\`cackle explain CODE\` tells more of one.\n`;
}

/** Returns docs/codes.md. */
export function codesPage(): string {
  const rows = explainedKinds.map(
    ({ code, kind, severity, group }) =>
      `| [${code}](#${code.toLowerCase()}) | \`${kind}\` | ${severity} | ${group} |`,
  );
  const sections = explainedKinds.map(
    ({ code, kind, severity, explanation: { what, why, example, settle } }) =>
      `## ${code}\n\n\`${kind}\`, ${severity}\n\n${what}\n\n**Why it matters.** ${why}\n\n\`\`\`\n${example}\n\`\`\`\n\n**How to settle it.** ${settle}\n`,
  );
  return `# Codes of problems

Made by \`npm run codes\` from the texts that \`cackle explain CODE\` prints; do not edit this page. A code keeps its meaning for ever.

| code | kind | severity | group |
|---|---|---|---|
${rows.join('\n')}

${sections.join('\n')}`;
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
