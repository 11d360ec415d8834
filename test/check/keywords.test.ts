import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyEdits } from '../../engine/config/edit/edit.ts';
import type { Fix } from '../../engine/fixes/types.ts';
import { fixesFor } from '../../engine/problems/fixes.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { check, fixture, short } from '../support/cackle.ts';
import type { FixtureOptions } from '../support/fixtures.ts';

/** Every place of a keyword as `kind scope file:line`, sorted. */
function keywordLines(report: CheckReport): string[] {
  return report.problems
    .flatMap((problem) =>
      'uses' in problem
        ? problem.uses.map(
            ({ place }) =>
              `${short(problem).replace('disallowed-', '')} ${place.file.replace(`${report.workspaceRoot}/`, '')}:${place.line}`,
          )
        : [short(problem)],
    )
    .sort();
}

const linesOf = async (name: string, options: FixtureOptions = {}) =>
  keywordLines(await check(fixture(name, options)));

test('rule 4.16: every form of `unsafe` counts, at its line', async () => {
  const lines = await linesOf('unsafe-forms');
  expect(lines).toEqual(
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => `unsafe forms src/main.rs:${n}`).sort(),
  );
});

test('rule 4.16: comments, strings and names do not count', async () => {
  expect(await linesOf('unsafe-only-in-words')).toEqual([]);
});

test('rule 4.16: the second net sees what is not compiled, and macros where they are written', async () => {
  // The caller's expression stands in the unsafe block: it uses what it is lent.
  expect(await linesOf('unsafe-in-code-not-compiled')).toEqual([
    'unsafe hides crates/hides/src/lib.rs:3',
    'unsafe unseen src/main.rs:1',
    'unsafe unseen src/main.rs:3',
  ]);
});

test('rule 4.18: the second net sees no extern in code that rustc leaves out before any macro sees it', async () => {
  expect(await linesOf('extern-in-code-left-out')).toEqual([
    'extern left-out src/main.rs:7',
    'extern left-out src/part.in:2',
    'unsafe hides crates/hides/src/lib.rs:2',
  ]);
});

test('settings are those of each unit: of its tests, its features, its build script', async () => {
  const directory = fixture('unsafe-by-cfg-of-unit');
  const lines = async (...args: string[]): Promise<string[]> =>
    keywordLines(await check(directory, args));
  expect(await lines()).toEqual(['extern settings.test src/main.rs:2']);
  expect(await lines('--features', 'more')).toEqual([
    'extern settings src/main.rs:4',
    'extern settings.test src/main.rs:2',
  ]);
  writeFileSync(join(directory, 'src/found'), '');
  expect(await lines()).toEqual([
    'extern settings src/main.rs:6',
    'extern settings.test src/main.rs:2',
  ]);
});

test('rule 4.16: files that rustc reads count, save those that are no text', async () => {
  expect(await linesOf('files-that-rustc-reads')).toEqual([
    'unsafe reads src/note.txt:2',
    'unsafe reads src/part.in:2',
  ]);
});

test('rule 4.17: blocks and functions of `extern` count, also marked unsafe; extern crate does not', async () => {
  const report = await check(fixture('extern-forms'));
  expect(keywordLines(report).filter((l) => l.startsWith('extern'))).toEqual([
    'extern foreign src/main.rs:2',
    'extern foreign src/main.rs:3',
  ]);
  // The lint of newer compilers reports `unsafe extern`; the token is excepted.
  const unsafe = report.problems.find((p) => p.kind === 'disallowed-unsafe');
  expect(unsafe?.uses.filter((use) => use.foundBy === 'token') ?? []).toEqual([]);
});

test('rule 4.17: before edition 2021 the keyword may touch its string', async () => {
  expect(await linesOf('extern-touches-its-string')).toEqual(['extern touching src/main.rs:1']);
});

test('rule 4.17: a bare keyword and patterns of macros declare nothing; what a macro emits does', async () => {
  expect(await linesOf('extern-bare-in-macros')).toEqual([
    'extern bare src/main.rs:3',
    'extern bare src/main.rs:4',
  ]);
});

test('rules 2.14, 4.19: who calls a macro that lends it is told by whom, and safe_macros settles it', async () => {
  const report = await check(fixture('unsafe-lent-by-macro'));
  expect(report.problems.map((p) => ('uses' in p ? p.uses : []))).toMatchObject([
    [{ foundBy: 'macro', macros: [{ package: 'lends', name: 'raw' }] }],
  ]);
  const problem = report.problems[0] as Problem;
  expect(fixesFor(problem, undefined).map(({ title }) => title)).toEqual([
    'allow unsafe code to lent',
    'declare `lends::raw!` safe',
  ]);
  expect(applyEdits('', [(fixesFor(problem, undefined)[1] as Fix).edit])).toContain(
    'safe_macros = ["raw"]',
  );
  expect(
    await linesOf('unsafe-lent-by-macro', {
      config: '[pkg.lends]\nallow_unsafe = true\nsafe_macros = ["raw"]\n',
    }),
  ).toEqual([]);
  expect(
    await linesOf('unsafe-lent-by-macro', {
      config: '[pkg.lends]\nallow_unsafe = true\n[pkg.lent]\nallow_unsafe = true\n',
    }),
  ).toEqual([]);
});

test('rule 5.6: unsafe and extern need the scope of the crate they stand in; a test build of it says nothing new', async () => {
  const report = await check(fixture('keywords-by-scope'));
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-extern places',
    'disallowed-extern places.build',
    'disallowed-extern places.test',
    'disallowed-unsafe places',
    'disallowed-unsafe places.build',
    'disallowed-unsafe places.test',
  ]);
  expect(keywordLines(report)).toEqual([
    'extern places src/lib.rs:2',
    'extern places.build build.rs:2',
    'extern places.test src/inner.rs:2',
    'extern places.test tests/it.rs:2',
    'unsafe places src/lib.rs:1',
    'unsafe places.build build.rs:1',
    'unsafe places.test src/inner.rs:1',
    'unsafe places.test tests/it.rs:1',
  ]);
});

test('rules 1.4, 5.6: allow_unsafe and allow_extern each cover their own, and are inherited', async () => {
  expect(await linesOf('unsafe-and-extern-apart')).toEqual(['extern covers src/lib.rs:2']);
  expect(
    await linesOf('unsafe-and-extern-apart', {
      config: '[pkg.covers]\nallow_extern = true\nallow_unsafe = true\ntest.allow_unsafe = false\n',
    }),
  ).toEqual(['unsafe covers.test src/lib.rs:1', 'unsafe covers.test tests/it.rs:1']);
});
