import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Ran } from '../support/cackle.ts';
import { cackle, fixture } from '../support/cackle.ts';
import { sarifFaults, sarifValidator } from './sarif-validator.ts';
import { allReports, elementsOf, registryWorkspace, runOf } from './support.ts';

// Rules 6.18, 6.19: a check is reported in several forms at once, each for a tool that shows the repository only.

let directory: string;
let ran: Ran;
let texts: Readonly<Record<string, string>>;
beforeAll(async () => {
  directory = registryWorkspace('reports');
  ({ ran, texts } = await allReports(directory));
});

const NET = { ruleId: 'C0101', level: 'error' };

test('rule 6.18: stdout has the report for people, and every file its own form', async () => {
  expect(ran).toMatchObject({ status: 1 });
  expect(texts.human).toBe(ran.stdout);
  for (const format of ['json', 'sarif', 'github', 'markdown', 'junit']) {
    const alone = await cackle(['-n', '--path', directory, '--output-format', format]);
    expect(alone.status).toBe(1);
    const withoutNumbers = (text = ''): string =>
      text.replaceAll(/"(?:timing|counts)":\{[^}]*\}/g, '');
    expect(withoutNumbers(alone.stdout)).toBe(withoutNumbers(texts[format]));
  }
});

describe('sarif', () => {
  test('rule 6.19: a result of the registry stands at the table of its package, else at its line in Cargo.lock', () => {
    const { results } = runOf(texts.sarif);
    const at = results.map(({ ruleId, locations }) => {
      const place = locations?.[0]?.physicalLocation;
      expect(place?.artifactLocation?.uriBaseId).toBe('SRCROOT');
      return `${ruleId} ${place?.artifactLocation?.uri}:${place?.region?.startLine}`;
    });
    const lineOf = (file: string, text: string): number =>
      readFileSync(join(directory, file), 'utf8').split('\n').indexOf(text) + 1;
    expect(at.sort()).toEqual([
      `C0101 Cargo.lock:${lineOf('Cargo.lock', 'name = "untabled"')}`,
      `C0101 cackle.toml:${lineOf('cackle.toml', '[pkg.tabled]')}`,
      'C0101 src/main.rs:4',
      `C0201 Cargo.lock:${lineOf('Cargo.lock', 'name = "untabled"')}`,
      'C0501 cackle.toml:9',
    ]);
  });

  test('rule 6.19: the place in the crate is a related location, and the path from the root a code flow', () => {
    const { results } = runOf(texts.sarif);
    const net = results.find(({ message }) => message.text?.includes('`net`'));
    expect(net).toMatchObject(NET);
    const [related] = net?.relatedLocations ?? [];
    expect(related?.physicalLocation).toEqual({
      artifactLocation: { uri: 'tabled-1.0.0/src/lib.rs', uriBaseId: 'CARGO_REGISTRY' },
      region: { startLine: 7, startColumn: 13 },
    });
    const steps = net?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
    expect(steps.map(({ location }) => location?.message?.text)).toEqual([
      'main',
      'shop::main',
      'tabled::ask',
      expect.stringMatching(/^uses std::net::tcp::TcpStream::connect/),
    ]);
    expect(steps[1]?.location?.physicalLocation?.artifactLocation?.uri).toBe('src/main.rs');
  });

  test('rule 6.19: a line that moved is no new alert; every result has a fingerprint of its own', async () => {
    const moved = registryWorkspace('reports-moved');
    const before = fingerprints(texts.sarif);
    const source = join(moved, '../registry/src/index/tabled-1.0.0/src/lib.rs');
    writeFileSync(source, `// Another line.\n\n${readFileSync(source, 'utf8')}`);
    writeFileSync(join(moved, 'cackle.toml'), `\n\n${readFileSync(join(moved, 'cackle.toml'))}`);
    const after = (await allReports(moved)).texts.sarif;
    expect(fingerprints(after)).toEqual(before);
    expect(new Set(before).size).toBe(5);
    expect(after).toContain('"startLine":9');
  });

  test('rule 6.18: one rule for each code, with the texts of explain', () => {
    const { tool, results } = runOf(texts.sarif);
    const { rules = [] } = tool.driver;
    expect(rules.length).toBeGreaterThan(15);
    for (const { ruleId, ruleIndex } of results) expect(rules[ruleIndex ?? -1]?.id).toBe(ruleId);
    for (const { id, help } of rules) expect(help?.text?.length, id).toBeGreaterThan(100);
  });

  test('it is what the rules of SARIF and of code scanning ask for', async (context) => {
    const validator = sarifValidator();
    if (validator === undefined) context.skip('the validator cannot be had or run here');
    const example = fixture('reports-of-registry/workspace', { as: 'reports-invalid' });
    const broken = join(example, 'broken.sarif');
    writeFileSync(broken, (texts.sarif ?? '').replaceAll('"locations":', '"others":'));
    expect(sarifFaults(validator ?? '', broken).length).toBeGreaterThan(1);
    // There is no address to name.
    const expected = [expect.stringMatching(/^SARIF2005 warning /)];
    expect(sarifFaults(validator ?? '', join(directory, 'report.sarif'))).toEqual(expected);
    const failed = await allReports(registryWorkspace('reports-failed'), ['-c', '/nowhere/x.toml']);
    const file = join(example, 'failed.sarif');
    writeFileSync(file, failed.texts.sarif ?? '');
    expect(sarifFaults(validator ?? '', file)).toEqual(expected);
  });
});

const fingerprints = (sarif: string | undefined): string[] =>
  runOf(sarif)
    .results.map(({ partialFingerprints }) => partialFingerprints?.primaryLocationLineHash ?? '')
    .sort();

test('rule 6.19: github annotates places in this repository', () => {
  const lines = (texts.github ?? '').trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/::(\w[^%]*).*/, '::$1'))).toEqual([
    '::error file=src/main.rs,line=4,col=13,title=cackle C0101::shop: uses the API `fs`, which is not allowed',
    expect.stringMatching(/^::error file=cackle.toml,line=11,title=cackle C0101::tabled: uses /),
    expect.stringMatching(/^::error file=Cargo.lock,line=\d+,title=cackle C0101::untabled: uses /),
    expect.stringMatching(/^::error file=Cargo.lock,line=\d+,title=cackle C0201::untabled: has /),
    expect.stringMatching(/^::warning file=cackle.toml,line=9,col=\d+,title=cackle C0501::shop: /),
  ]);
  expect(lines[1]).toContain('%0A  by main → shop::main → tabled::ask → tabled::connect');
  expect(lines[1]).toContain('%0A  allow_apis = ["net"]');
});

test('rule 6.18: markdown lists problems by package on one screen, and folds the rest', () => {
  const [head = '', ...folded] = (texts.markdown ?? '').split('<details>');
  expect(head.split('\n').length).toBeLessThan(30);
  expect(head).toMatch(/^### cackle: 4 problems, 1 warning\n/);
  expect(head).toContain(
    '- **`tabled`**\n  - error C0101: uses the API `net`, which is not allowed — `cackle.toml:11`\n',
  );
  expect(folded).toHaveLength(3);
  expect(folded.join('')).toContain('tabled-1.0.0/src/lib.rs:7:13 uses std::net::tcp');
});

test('rule 6.18: junit has a suite for each package and a case for each problem', () => {
  const elements = elementsOf(texts.junit ?? '');
  const named = (name: string) => elements.filter((element) => element.name === name);
  expect(named('testsuites')[0]?.attributes).toMatchObject({
    tests: '5',
    failures: '4',
    errors: '0',
    skipped: '1',
  });
  expect(named('testsuite').map(({ attributes }) => attributes.name)).toEqual([
    'shop',
    'tabled',
    'untabled',
  ]);
  expect(named('failure').map(({ attributes }) => attributes.type)).toEqual([
    'C0101',
    'C0101',
    'C0101',
    'C0201',
  ]);
});

describe('rule 6.20: what was not checked is in every form', () => {
  let held: Readonly<Record<string, string>>;
  beforeAll(async () => {
    ({ texts: held } = await allReports(fixture('held-build-script', { as: 'reports-held' })));
  });

  test('as a notification of a run that was no success', () => {
    const [invocation] = runOf(held.sarif).invocations ?? [];
    expect(invocation?.executionSuccessful).toBe(false);
    const notes = invocation?.toolExecutionNotifications?.map(({ message }) => message.text);
    expect(notes?.[0]).toMatch(/^held: the build script of \S+, which uses fs$/);
  });

  test('first of the annotations, first in the summary, and as an error of a test', () => {
    expect(held.github).toMatch(/^::error title=cackle%3A not checked::held: the build script of /);
    expect(held.markdown).toMatch(/^### .*\n\n- \*\*held\*\*: the build script of /);
    expect(elementsOf(held.junit ?? '').filter(({ name }) => name === 'error')).not.toEqual([]);
  });
});

test('rules 6.20, 6.24: in each form several held macros are one line, and what waits for them another', async () => {
  const { texts } = await allReports(fixture('held-macros', { as: 'reports-held-macros' }));
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `macro-${name}`);
  const held = /held(?:\*\*)?: 6 proc macros: macro-a needs allow\\?_proc/;
  for (const form of ['human', 'markdown', 'github', 'junit', 'sarif'])
    expect(texts[form], form).toMatch(held);
  const { markdown = '', github = '', junit = '' } = texts;
  expect(markdown.split('\n').slice(2, 5)).toEqual([
    expect.stringMatching(/^- \*\*held\*\*: .*, … and 1 more$/),
    '- **not checked**: 6 targets, because 6 proc macros are held',
    '',
  ]);
  expect(github.split('\n')[0]?.split('%0A')).toHaveLength(2);
  const errors = elementsOf(junit).filter(({ name }) => name === 'error');
  expect(errors).toHaveLength(1);
  expect(junit).toMatch(/macro-f needs allow_proc_macro\nnot checked: 6 targets/);
  const [invocation] = runOf(texts.sarif).invocations ?? [];
  const notes = invocation?.toolExecutionNotifications?.map(({ message }) => message.text) ?? [];
  expect(notes).toHaveLength(2);
  // Who reads SARIF or JSON has all of them.
  for (const name of names) expect(notes[0]).toContain(name);
  expect(JSON.parse(texts.json ?? '').unchecked).toHaveLength(6);
});

test('a clean check: one line, no annotation, no result, one test that passed', async () => {
  const clean = await allReports(fixture('own-call', { as: 'reports-clean' }));
  expect(clean.ran.status).toBe(0);
  expect(clean.texts.markdown).toMatch(/^\*\*cackle\*\*: no problems \([^\n]*\)\n$/);
  expect(clean.texts.github).toBe('');
  const { results, invocations } = runOf(clean.texts.sarif);
  expect(results).toEqual([]);
  expect(invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }]);
  expect(elementsOf(clean.texts.junit ?? '').map(({ name }) => name)).toEqual([
    'testsuites',
    'testsuite',
    'testcase',
  ]);
});

test('rule 6.20: where no check was made, every file says so in place of an older report', async () => {
  const broken = registryWorkspace('reports-broken');
  writeFileSync(join(broken, 'report.junit'), 'of last week');
  writeFileSync(join(broken, 'src/main.rs'), 'fn main() { let x: u8 = ""; }\n');
  const failed = await allReports(broken);
  expect(failed.ran).toMatchObject({ status: 2, stdout: '' });
  const message = 'the workspace does not compile';
  expect(failed.ran.stderr).toContain(`error: ${message}`);
  for (const text of Object.values(failed.texts)) expect(text).toContain(message);
  expect(runOf(failed.texts.sarif).invocations?.[0]).toMatchObject({
    executionSuccessful: false,
    exitCode: 2,
  });
  expect(elementsOf(failed.texts.junit ?? '').at(-1)?.name).toBe('error');
  expect(failed.texts.github).toMatch(/^::error title=cackle%3A no check was made::/);
  expect(failed.texts.markdown).toMatch(/^### cackle: no check was made\n/);
});
