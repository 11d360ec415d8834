import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../engine/paths.ts';
import type { CheckReport } from '../engine/problems/report.ts';
import { check, fixture } from './support/cackle.ts';
import { fixtureNames, unchangedFixture, workspacePlace } from './support/fixtures.ts';
import { bless, compareMarks, markFaults } from './support/marks.ts';

// Fixtures and their marks: a comparison that is always content would say nothing.

const name = 'scopes-of-build-and-test';
const source = workspacePlace('marked-otherwise');
let report: CheckReport;
let copy: string;
beforeAll(async () => {
  copy = fixture(name);
  report = await check(copy);
});

/** What differs once the marks of a file say something else. */
function faultsWith(file: string, edit: (text: string) => string): string[] {
  rmSync(source, { recursive: true, force: true });
  cpSync(join(packageRoot(), 'test', 'fixtures', name), source, { recursive: true });
  const path = join(source, file);
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
  return markFaults(report, { copy, source });
}

test('a mark without a finding and a finding without a mark are faults, each at its line', () => {
  expect(faultsWith('build.rs', (text) => text)).toEqual([]);
  expect(faultsWith('build.rs', (text) => text.replace(/ *\/\/~.*/, ''))).toEqual([
    'found, but not marked: build.rs:3  env@scopes.build',
  ]);
  expect(faultsWith('helper/src/lib.rs', (text) => `${text}// \n//~ fs\n`)).toEqual([
    expect.stringMatching(/^marked, but not found: helper\/src\/lib\.rs:\d+ {2}fs@helper$/),
  ]);
  expect(faultsWith('helper/src/lib.rs', (text) => `// A line more.\n${text}`)).toHaveLength(2);
  // A mark without a scope is about the package itself.
  expect(faultsWith('build.rs', (text) => text.replace('env.build', 'env'))).toHaveLength(2);
  expect(faultsWith('Cargo.toml', (text) => `${text}#~ proc-macro-not-allowed helper\n`)).toEqual([
    'marked, but not found: proc-macro-not-allowed helper',
  ]);
  expect(() => faultsWith('build.rs', (text) => text.replace('env.build', 'env!'))).toThrow(
    'is no annotation',
  );
});

test('marks that were taken away are written again as they were', () => {
  expect(faultsWith('build.rs', (text) => text.replace(/ *\/\/~.*/, ''))).toHaveLength(1);
  if (process.env.FIXTURES_BLESS === undefined)
    expect(() => compareMarks(report, { copy, source })).toThrow('are not what was found');
  bless(report, { copy, source });
  for (const file of ['build.rs', 'helper/src/lib.rs', 'Cargo.toml'])
    expect(readFileSync(join(source, file), 'utf8')).toBe(readFileSync(join(copy, file), 'utf8'));
});

test('a copy that was changed is not what the marks are about', () => {
  expect(unchangedFixture(copy)).toBeDefined();
  for (const file of ['src/more.rs', 'build.rs']) {
    writeFileSync(join(copy, file), 'fn main() {}\n');
    expect(unchangedFixture(copy)).toBeUndefined();
    copy = fixture(name);
  }
  expect(unchangedFixture(fixture(name, { config: '[pkg.x]\n' }))).toBeUndefined();
});

test('a fixture that is not there is told with the nearest', () => {
  expect(() => fixture('scope-of-build-and-test')).toThrow(`did you mean \`${name}\`?`);
});

test('every fixture is used by a test', () => {
  const root = join(packageRoot(), 'test');
  const tests = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  const used = (fixtureName: string): boolean =>
    [`'${fixtureName}'`, `'${fixtureName}/`].some((text) => tests.includes(text)) ||
    // Given in parts.
    /^collide-(examples|programs)$/.test(fixtureName) ||
    tests.includes(`'${fixtureName}'`);
  expect(fixtureNames().filter((fixtureName) => !used(fixtureName))).toEqual([]);
});
