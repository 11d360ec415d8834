import { codeOf, type Problem, severityOf } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { printable } from '../output/printable.ts';
import {
  byLabel,
  detailLines,
  headline,
  title,
  uncheckedLines,
  uncheckedTexts,
} from './details.ts';
import type { Reporter } from './reporter.ts';

/** One test case of a suite. */
interface Case {
  readonly name: string;
  /** What is wrong, in a word. */
  readonly type: string;
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly text: string;
}

/** JUnit's XML, for what shows tests: a suite for each package, a case for each problem; a warning that fails nothing is skipped. */
export const junit: Reporter = {
  check({ report, options }) {
    const suites = new Map<string, Case[]>();
    for (const [label, problems] of byLabel(report))
      suites.set(
        label,
        problems.map((problem) => caseOf(problem, report, options.failOnWarnings)),
      );
    const unchecked = uncheckedCases(report);
    if (unchecked.length > 0) suites.set('cackle', unchecked);
    if (suites.size === 0)
      suites.set('cackle', [{ name: 'check', type: '', outcome: 'passed', message: '', text: '' }]);
    return documentOf(suites);
  },
  failure: ({ faults }) =>
    documentOf(
      new Map([
        [
          'cackle',
          faults.map(
            (fault): Case => ({
              name: 'check',
              type: 'no-check',
              outcome: 'error',
              message: 'no check was made',
              text: fault,
            }),
          ),
        ],
      ]),
    ),
};

/** A case for all programs of a kind that were held or failed; what was not checked for lack of them is its text. */
function uncheckedCases(report: CheckReport): Case[] {
  if (report.unchecked.length === 0) return [];
  const text = uncheckedLines(report).join('\n');
  return uncheckedTexts(report)
    .filter(({ word }) => word !== 'not checked')
    .map(({ word, text: what }) => ({
      name: `${word}: ${what}`,
      type: 'not-checked',
      outcome: 'error',
      message: `${word}: ${what}`,
      text,
    }));
}

function caseOf(problem: Problem, report: CheckReport, failOnWarnings: boolean): Case {
  const isFailure = failOnWarnings || severityOf(problem) === 'error';
  return {
    type: codeOf(problem),
    name: `${codeOf(problem)} ${title(problem)}`,
    outcome: isFailure ? 'failure' : 'skipped',
    message: headline(problem),
    text: detailLines(problem, report).join('\n'),
  };
}

function documentOf(suites: ReadonlyMap<string, readonly Case[]>): string {
  const texts = [...suites].map(([name, cases]) => {
    const head = `  <testsuite name="${xml(name)}" ${countsOf(cases)}>`;
    return [head, ...cases.map((one) => caseText(name, one)), '  </testsuite>'].join('\n');
  });
  const all = [...suites.values()].flat();
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cackle" ${countsOf(all)}>\n${texts.join('\n')}\n</testsuites>\n`;
}

function countsOf(cases: readonly Case[]): string {
  const count = (outcome: Case['outcome']): number =>
    cases.filter((one) => one.outcome === outcome).length;
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function caseText(suite: string, { name, type, outcome, message, text }: Case): string {
  const start = `    <testcase classname="${xml(suite)}" name="${xml(name)}"`;
  if (outcome === 'passed') return `${start}/>`;
  // Readers know no text in <skipped>.
  if (outcome === 'skipped')
    return `${start}>\n      <skipped message="${xml(message)}"/>\n      <system-out>${xml(text)}</system-out>\n    </testcase>`;
  return `${start}>\n      <${outcome} type="${xml(type)}" message="${xml(message)}">${xml(text)}</${outcome}>\n    </testcase>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Returns a text for an attribute or an element; what XML 1.0 forbids even as a reference becomes a visible escape. */
export function xml(text: string): string {
  return text
    .toWellFormed()
    .split('\n')
    .map(printable)
    .join('\n')
    .replace(/[\ufffe\uffff]/g, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
