import { expect, test } from 'vitest';
import { check, fixture, short, usageLines } from '../support/cackle.ts';

test('rules 1.2, 1.3: library, program, example and proc macro are primary; so is what they use of others', async () => {
  const report = await check(fixture('primary-targets'));
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api helper process',
    'disallowed-api kinds env',
    'disallowed-api kinds fs',
    'disallowed-api kinds net',
  ]);
  expect(report.grants.map((g) => `${g.scope.package} ${g.scope.suffix} ${g.api}`)).toEqual(
    expect.arrayContaining(['mac  env', 'inner  net']),
  );
});

test('rules 1.2, 1.3: unit tests, test crates and benches are test; what they use of others is from.test', async () => {
  expect((await check(fixture('test-targets'))).problems.map(short).sort()).toEqual([
    'disallowed-api helper.from.test process',
    'disallowed-api tests.test env',
    'disallowed-api tests.test fs',
    'disallowed-api tests.test net',
  ]);
});

test('rules 1.3, 4.24: a build script is build; what it uses of others is from.build, and a usage is told once, in the widest scope', async () => {
  const report = await check(fixture('build-script-helpers'));
  expect(usageLines(report).map((line) => line.replace(/ -> .*/, ''))).toEqual(
    expect.arrayContaining([
      'disallowed-api builds.build env build.rs:4:13 build_script_build::main',
      'disallowed-api helper fs helper/src/lib.rs:2:13 helper::used',
    ]),
  );
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api builds.build env',
    'disallowed-api helper fs',
    'disallowed-api only.from.build net',
  ]);
});

test.each([
  ['pkg', 'allow_apis = ["fs"]', []],
  ['from.build', 'from.build.allow_apis = ["fs"]', ['scoped.test fs']],
  ['build', 'build.allow_apis = ["fs"]', ['scoped.test fs']],
  ['from.test', 'from.test.allow_apis = ["fs"]', ['scoped.build fs']],
  ['test', 'test.allow_apis = ["fs"]', ['scoped.build fs']],
])('rule 1.4: a permission in %s is inherited downwards only', async (_, line, left) => {
  const { problems } = await check(
    fixture('scopes-of-one-package', { config: `[pkg.scoped]\n${line}\n` }),
  );
  const found = problems.map(short).filter((p) => p !== 'unused-allow-api scoped.build fs');
  expect(found).toEqual(left.map((l) => `disallowed-api ${l}`));
});

test('rule 1.1: two versions of a package are told apart in what is shown, and share their permissions', async () => {
  const { problems } = await check(fixture('two-versions'));
  const seen = problems.map((p) => `${p.kind} ${'packageLabel' in p ? p.packageLabel : ''}`).sort();
  expect(seen[1]).toBe('disallowed-unsafe twice[2.0.0]');
  expect(seen[0]).toMatch(/^disallowed-api twice\[[12]\.0\.0\]$/);
  expect(seen.length).toBe(2);
  const places = problems.flatMap((p) => ('usages' in p ? p.usages.map((u) => u.place.file) : []));
  expect(new Set(places).size).toBe(2);
});
