import fc from 'fast-check';
import type { Result } from 'sarif';
import { expect, test } from 'vitest';
import { PagePlaces } from '../../cli/html/places.ts';
import { paintFor } from '../../cli/output/paint.ts';
import { command, github } from '../../cli/reporters/github.ts';
import { junit, xml } from '../../cli/reporters/junit.ts';
import { markdown } from '../../cli/reporters/markdown.ts';
import { code, codeBlock, sentence } from '../../cli/reporters/markdown-text.ts';
import type { CheckResult } from '../../cli/reporters/reporter.ts';
import { limitedResults, sarif } from '../../cli/reporters/sarif.ts';
import { sarifRules } from '../../cli/reporters/sarif-rules.ts';
import { readRustcErrors } from '../../engine/build/rustc-errors.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { elementsOf, runOf } from './support.ts';

// Rules 6.9, 6.18: texts that crates choose are shown, and never act, in any form of report.

const hostile = [
  ...['`', '``', '|', '<b>', '</details>', '<!--', '-->', '@user', '#1', 'GH-1', '[x](http://a.b)'],
  ...['](', '![x](y)', 'www.a.b', '\r', '\n', '\n\n', '\u001b[31m', '\u202e', '\u0000', '\ufffe'],
  ...['\ud800', '\udc00', '::error::', '%0A', '%', ':', ',', '&amp;', ']]>', '<?', '"', "'", '\\'],
  ...['{0}', '$x$', '~~~', '```', '***', '_a_', '\u{1f600}', ' ', 'a'],
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })), { maxLength: 12 })
  .map((parts) => parts.join(''));

const place = (file: string) => ({ file, line: 1, column: 1 });

/** A problem of a crate that chooses all of its names. */
const problem = fc.tuple(text, text, text).map(
  ([name, file, from]): Problem => ({
    kind: 'disallowed-api',
    packageName: name,
    packageLabel: name,
    scope: { package: name, suffix: '' },
    api: 'net',
    usages: [
      {
        place: place(file),
        from,
        target: from,
        fromNames: [],
        targetNames: [],
        output: name,
        backtrace: [{ name: from, place: place(file), inlined: false }],
      },
    ],
  }),
);

const resultOf = (problems: readonly Problem[]): CheckResult => ({
  report: {
    workspaceRoot: '/nowhere/workspace',
    configFile: '/nowhere/workspace/cackle.toml',
    problems,
    unchecked: [],
    leftOut: [],
    gatesOnly: false,
    targets: [],
    builds: [],
    notCompiled: [],
    openedUnits: [],
    counts: {
      packages: 1,
      units: 1,
      unitsBuilt: 1,
      outputs: 1,
      objects: 1,
      objectsExtracted: 1,
      objectsFromCache: 0,
      bytesExtracted: 1,
      factsBytes: 1,
      permissionsNeeded: 0,
      cargoRuns: 1,
      compiledAgain: 0,
    },
    linkerKept: [],
    timing: {},
    grants: [],
  },
  options: { backtraces: true, everyUsage: false, failOnWarnings: false },
  colour: false,
  version: '1.0.0',
});

test('rule 6.18: XML is well-formed, and reads back as what was shown', () => {
  fc.assert(
    fc.property(fc.array(problem, { maxLength: 4 }), (problems) => {
      const cases = elementsOf(junit.check(resultOf(problems))).filter(
        ({ name }) => name === 'failure',
      );
      expect(cases).toHaveLength(problems.length);
    }),
  );
  expect(xml('a\u0000\ufffe\ud800<&">')).toBe('a\\u{0}\\u{fffe}\ufffd&lt;&amp;&quot;&gt;');
});

test('rule 6.18: a workflow command is one line, and its properties end where they should', () => {
  fc.assert(
    fc.property(text, text, (title, message) => {
      const line = command('error', { file: title, line: 1 }, [message]);
      expect(line).not.toMatch(/[\r\n]/);
      const [, properties = '', data = ''] = /^::error (.*?)::(.*)$/s.exec(line) ?? [];
      const unescaped = (s: string): string =>
        s
          .replaceAll('%2C', ',')
          .replaceAll('%3A', ':')
          .replaceAll('%0A', '\n')
          .replaceAll('%0D', '\r')
          .replaceAll('%25', '%');
      expect(properties.split(',')).toHaveLength(2);
      expect(unescaped(properties.split(',')[0] ?? '')).toBe(`file=${title}`);
      expect(unescaped(data)).toBe(message);
    }),
  );
  fc.assert(
    fc.property(fc.array(problem, { maxLength: 3 }), (problems) => {
      const lines = github.check(resultOf(problems)).split('\n').slice(0, -1);
      expect(lines).toHaveLength(problems.length);
      for (const line of lines) expect(line).toMatch(/^::error /);
    }),
  );
});

test('rule 6.18: GitHub gets ten annotations of each level, and the rest as one notice', () => {
  const error = (i: number): Problem => ({
    kind: 'proc-macro-not-allowed',
    packageName: `p${i}`,
    packageLabel: `p${i}`,
  });
  const warning = (i: number): Problem => ({
    kind: 'unknown-package',
    packageName: `q${i}`,
    nearest: undefined,
    configPlace: { line: 1, column: 1 },
  });
  const many = Array.from({ length: 15 }, (_, i) => i);
  const shown = github.check(resultOf([...many.map(warning), ...many.map(error)]));
  const levels = [...shown.matchAll(/^::(\w+)/gm)].map(([, level]) => level);
  expect(levels).toEqual([
    ...Array<string>(10).fill('error'),
    ...Array<string>(10).fill('warning'),
    'notice',
  ]);
  expect(shown).toContain('::notice title=cackle::10 further problems not shown here');
});

test('rule 6.18: in markdown, texts of others stay in code, or lose their marks', () => {
  fc.assert(
    fc.property(text, (hostileText) => {
      const span = code(hostileText);
      const fence = /^`+/.exec(span)?.[0] ?? '';
      expect(span).not.toContain('\n');
      // A run of just that length closes the span: there is none but the last.
      const runs = [...span.matchAll(/`+/g)].filter(([run]) => run.length === fence.length);
      expect(runs).toHaveLength(2);
      const block = codeBlock([hostileText]);
      const [open = ''] = block.split('\n');
      expect(block.split('\n')).toHaveLength(3);
      expect(block.split('\n')[1]).not.toContain(open.replace('text', ''));
    }),
  );
  fc.assert(
    fc.property(text, (hostileText) => {
      const outside = withoutSpans(sentence(hostileText)).replaceAll('<!-- -->', '\u0001');
      expect(outside).not.toMatch(/[<>[\]*_|`~$\\]/);
      expect(outside).not.toMatch(/@[\w-]|#\d|:\/|www\./i);
      expect(outside).not.toContain('\n');
    }),
  );
});

/** What is left of a line without its code spans and escapes, read from left to right as CommonMark does. */
function withoutSpans(line: string): string {
  return line.replace(/\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/gsu, '\u0001');
}

test('rule 6.18: markdown keeps to its limit, and says what was cut', () => {
  const long = 'x'.repeat(400);
  const many = Array.from(
    { length: 500 },
    (_, i): Problem => ({
      kind: 'disallowed-unsafe',
      packageName: `p${i}`,
      packageLabel: `p${i}${long}`,
      scope: { package: `p${i}`, suffix: '' },
      uses: [{ place: place(`/x/${long}.rs`), foundBy: 'lint' }],
    }),
  );
  const shown = markdown.check(resultOf(many));
  expect(shown.length).toBeLessThanOrEqual(60_000);
  expect(shown).toMatch(/\*\*Cut\*\*: \d+ parts of this report did not fit/);
  expect(shown.split('<details>').length).toBe(shown.split('</details>').length);
  fc.assert(
    fc.property(fc.array(problem, { maxLength: 4 }), (problems) => {
      expect(markdown.check(resultOf(problems)).length).toBeLessThanOrEqual(60_000);
    }),
  );
});

test('rules 6.18, 6.19: SARIF is JSON with relative places, whatever the names', () => {
  fc.assert(
    fc.property(fc.array(problem, { maxLength: 4 }), (problems) => {
      const { results } = runOf(sarif.check(resultOf(problems)));
      expect(results).toHaveLength(problems.length);
      for (const { message, locations } of results) {
        expect(message.text).not.toMatch(/\]\(|[^\P{Cc}\n]|\p{Cf}/u);
        const uri = locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
        expect(uri).toMatch(/^(?:[\w.!~*'()-]|%[0-9A-F]{2}|\/)+$/);
      }
    }),
  );
});

test('rule 6.18: SARIF has at most 25,000 results and 10 MB, errors first, and says that it was cut', () => {
  const small: Problem = { kind: 'sandbox-not-chosen' };
  const result: Result = { message: { text: 'x' } };
  const many = limitedResults(Array<Problem>(25_010).fill(small), sarifRules, () => result);
  expect([many.results.length, many.dropped]).toEqual([25_000, 10]);
  const long: Result = { message: { text: 'x'.repeat(1_000_000) } };
  const large = limitedResults(Array<Problem>(20).fill(small), sarifRules, () => long);
  expect(large.results.length).toBe(9);
  expect(large.dropped).toBe(11);
  const warnings = Array.from(
    { length: 25_000 },
    (_, i): Problem => ({
      kind: 'unknown-package',
      packageName: `q${i}`,
      nearest: undefined,
      configPlace: { line: 1, column: 1 },
    }),
  );
  const error: Problem = { kind: 'proc-macro-not-allowed', packageName: 'p', packageLabel: 'p' };
  const log = sarif.check(resultOf([...warnings, error]));
  expect(Buffer.byteLength(log)).toBeLessThanOrEqual(10_000_000);
  const run = runOf(log);
  expect(run.results[0]?.level).toBe('error');
  expect(run.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toMatch(
    /^\d+ of 25001 problems are left out/,
  );
});

test('the text for people has colours only where they are wanted', () => {
  expect(paintFor(false).red('x')).toBe('x');
  expect(paintFor(true).red('x')).toBe('\u001b[31mx\u001b[39m');
});

test('rules 6.9, 9.12: a place that a proc macro makes up is no command of a terminal, and costs no time', () => {
  const [one] = fc.sample(problem, 1);
  if (one?.kind !== 'disallowed-api') throw new Error('a problem of another kind');
  const forged = place('/nowhere/workspace/\u001b[31mred\u0007');
  const usages = one.usages.map((usage) => ({ ...usage, place: forged }));
  const shown = github.check(resultOf([{ ...one, usages }]));
  expect(shown).toMatch(/^::error file=[^,]*red/);
  expect([shown.includes('\u001b'), shown.includes('\u0007')]).toEqual([false, false]);
  const places = new PagePlaces('/');
  for (const at of [1e300, 2 ** 60, 2 ** 53]) places.add({ file: '/nowhere', line: at, column: 1 });
  expect(places.all()).toEqual([{ name: 'nowhere', lines: {} }]);
  const span = (line_start: number): string => {
    const spans = [{ file_name: 'a', line_start, column_start: 1, is_primary: true, text: [] }];
    const said = { $message_type: 'diagnostic', level: 'error', message: 'm', code: null };
    return `${JSON.stringify({ ...said, children: [], spans })}\n`;
  };
  const kept = (lines: string): number =>
    readRustcErrors(Buffer.from(lines).toString('base64')).length;
  expect([span(7), span(1e300), span(1.5), span(-7)].map(kept)).toEqual([1, 0, 0, 0]);
});
