import { expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';

const shorts = async (name: string): Promise<string[]> =>
  (await check(fixture(name))).problems.map(short).sort();

test('rules 4.1, 4.3: dead code never counts, reachable code does', async () => {
  expect(await shorts('dead-and-live')).toEqual(['disallowed-api helper fs']);
});

test('rule 4.5: anonymous data: what a vtable or a table of functions refers to is charged to its user', async () => {
  expect(await shorts('anonymous-data')).toEqual([
    'disallowed-api anonymous fs',
    'disallowed-api anonymous net',
  ]);
});

test('rule 4.2: inlined calls are references though they leave no relocation', async () => {
  const report = await check(fixture('inlined-calls'));
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api inlined env',
    'disallowed-api inlined process',
  ]);
});

test('rules 1.3, 4.1: scopes: a build script, a test and a library used from a build script', async () => {
  expect(await shorts('scopes-of-build-and-test')).toEqual([
    'disallowed-api helper.from.build net',
    'disallowed-api scopes.build env',
    'disallowed-api scopes.test fs',
  ]);
});

test('rules 1.4, 6.6: inheritance: pkg.P covers its narrower scopes; a clean check exits 0 and warns of nothing', async () => {
  const report = await check(fixture('build-inherits'));
  expect(report.problems).toEqual([]);
  expect(report.status).toBe(0);
});

test('rule 5.21: places are file, line and column; the backtrace leads from main to the user', async () => {
  const report = await check(fixture('backtrace-from-main'));
  const problem = report.problems[0];
  if (problem?.kind !== 'disallowed-api') throw new Error('no usage found');
  const usage = problem.usages.find((u) => u.target.startsWith('std::fs::read'));
  expect(usage?.place.file).toMatch(/backtrace-from-main\/src\/main\.rs$/);
  expect([usage?.place.line, usage?.place.column]).toEqual([8, 13]);
  expect(usage?.backtrace.map((f) => f.name)).toEqual(
    expect.arrayContaining(['main', 'places::main', 'places::outer', 'places::inner']),
  );
});

test('rules 4.16, 4.17: unsafe by lint and token, extern, and what is allowed', async () => {
  expect(await shorts('unsafe-and-extern')).toEqual([
    'disallowed-extern keywords',
    'disallowed-unsafe keywords',
  ]);
});

test('rule 2.3: before version 3 allow_unsafe implies allow_extern', async () => {
  expect(await shorts('version-2-unsafe-implies-extern')).toEqual(['newer-config-version']);
});

test('rules 5.11, 5.12, 5.16: unused permission, unknown package, possible export', async () => {
  const report = await check(fixture('warnings/workspace'));
  expect(report.problems.map(short).sort()).toEqual([
    'possible-export socket net',
    'unknown-package sockte',
    'unused-allow-api warnings fs',
  ]);
  expect(report.status).toBe(0);
  expect((await check(fixture('warnings/workspace'), ['--fail-on-warnings'])).status).toBe(1);
});

test('rule 5.21: what is found stands by package, kind and target, whatever cargo calls the files', async () => {
  const bins = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { problems } = await check(fixture('order-of-outputs'));
  const outputs = problems.map((problem) =>
    'usages' in problem ? [...new Set(problem.usages.map(({ output }) => output))] : [],
  );
  const all = (kind: string): string[] => bins.map((name) => `${name} (${kind})`);
  expect(outputs).toEqual([all('bin'), all('test')]);
});

test('rule 5.21: what one output uses stands by package and place, whatever rustc calls its objects', async () => {
  const { problems } = await check(fixture('order-of-places'));
  const found = problems.flatMap((problem) =>
    'usages' in problem
      ? [[problem.packageName, problem.api, ...problem.usages.map(({ place }) => place.line)]]
      : [],
  );
  expect(found).toEqual([
    ['alone', 'process', 2],
    ['places', 'fs', 3, 2],
    ['places', 'process', 2],
    ['places', 'net', 2, 2],
  ]);
});

test('rule 5.21: the path into a proc macro has no hash of its crate', async () => {
  const { problems } = await check(fixture('proc-macro-backtrace'));
  const paths = problems.flatMap((problem) =>
    'usages' in problem ? problem.usages.map(({ backtrace }) => backtrace[0]?.name) : [],
  );
  expect(new Set(paths)).toEqual(new Set(['__rustc_proc_macro_decls']));
});
