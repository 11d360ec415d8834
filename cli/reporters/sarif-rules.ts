import type { ReportingDescriptor } from 'sarif';
import { codeOf, type Problem } from '../../engine/problems/kinds.ts';
import { explainedKinds } from '../output/explain-text.ts';

/** A rule for each code, with the texts of `cackle explain`. */
export const sarifRules: ReportingDescriptor[] = explainedKinds.map(
  ({ code, kind, severity, explanation: { what, why, example, settle } }) => ({
    id: code,
    name: pascal(kind),
    shortDescription: { text: /^.*?\.(?= |$)/.exec(what)?.[0] ?? what },
    fullDescription: { text: `${what} ${why}` },
    help: {
      text: `${what}\n\n${why}\n\n${example}\n\n${settle}`,
      markdown: `${what}\n\n**Why it matters.** ${why}\n\n\`\`\`\n${example}\n\`\`\`\n\n**How to settle it.** ${settle}`,
    },
    defaultConfiguration: { level: severity },
    properties: {
      tags: ['security', 'supply-chain'],
      precision: 'very-high',
      'problem.severity': severity,
    },
  }),
);

const places = new Map(sarifRules.map(({ id }, index) => [id, index]));

/** Returns the index of a problem's rule in {@link sarifRules}. */
export function ruleIndexOf(problem: Problem): number {
  return places.get(codeOf(problem)) ?? -1;
}

function pascal(kind: string): string {
  return kind
    .split('-')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
}
