/** Rule 10.2, stored answers: what was found in an output is used again, and only while all it depends on is the same. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckReport } from '../../engine/problems/report.ts';
import { check, config, fixture, short } from '../support/cackle.ts';

function answersOf(directory: string): string[] {
  const answers = join(directory, 'target', '.cackle', 'answers');
  return readdirSync(answers).map((name) => join(answers, name));
}

test('a second check uses the answers, and finds the same', async () => {
  const directory = fixture('answered');
  const first = await check(directory);
  expect(first.problems.map(short)).toEqual(['disallowed-api answered fs']);
  // Whoever judges again writes another file.
  const written = answersOf(directory).map((file) => statSync(file).ino);
  // What the program and its test refer to; how it is reached in the program, for the test leaves `main` out.
  expect(written).toHaveLength(3);
  const second = await check(directory);
  expect(second.problems).toEqual(first.problems);
  expect(second.grants).toEqual(first.grants);
  expect(answersOf(directory).map((file) => statSync(file).ino)).toEqual(written);
});

test('rule 10.3: permissions and APIs may change: nothing is built, all is judged anew', async () => {
  const directory = fixture('answered');
  await check(directory);
  const edited = async (rest: string): Promise<string[]> => {
    writeFileSync(join(directory, 'cackle.toml'), config(rest));
    const report = await check(directory);
    expect(report.counts.unitsBuilt).toBe(0);
    return report.problems.map(short);
  };
  const allowed = '[pkg.answered]\nallow_apis = ["env", "fs"]\n';
  expect(await edited(allowed)).toEqual([]);
  expect(await edited('')).toEqual(['disallowed-api answered env', 'disallowed-api answered fs']);
  const withApi = `${allowed}[api.reading]\ninclude = ["std::fs::read"]\n`;
  expect(await edited(withApi)).toEqual(['disallowed-api answered reading']);
});

test('how a newly refused place is reached is the same from stored paths as from a join', async () => {
  const directory = fixture('answered-paths');
  const allowed = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  const refused = async (): Promise<CheckReport['problems']> => {
    writeFileSync(join(directory, 'cackle.toml'), config('[pkg.answered]\nallow_apis = ["env"]\n'));
    return (await check(directory)).problems;
  };
  expect((await check(directory)).problems).toEqual([]);
  const fromPaths = await refused();
  const frames = fromPaths.flatMap((p) => ('usages' in p ? (p.usages[0]?.backtrace ?? []) : []));
  expect(frames.map(({ name }) => name)).toEqual([
    'main',
    'answered::main',
    'answered::a',
    'answered::b',
  ]);
  // Damaged paths are not believed: the output is joined.
  writeFileSync(join(directory, 'cackle.toml'), allowed);
  for (const file of answersOf(directory)) rmSync(file);
  await check(directory);
  for (const file of answersOf(directory)) {
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [...lines.slice(0, 2), '{"steps":[],"last":{}}'].join('\n'));
  }
  expect(await refused()).toEqual(fromPaths);
});

test('a changed source is judged, not answered from before', async () => {
  const directory = fixture('answered');
  await check(directory);
  writeFileSync(join(directory, 'src/main.rs'), 'fn main() { std::process::Command::new("x"); }');
  expect((await check(directory)).problems.map(short)).toContain('disallowed-api answered process');
});

test('an answer that was tampered with is not believed', async () => {
  const directory = fixture('answered');
  const first = await check(directory);
  for (const file of answersOf(directory)) {
    const [head] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${head}\n{"references":[],"exports":[]}`);
  }
  expect((await check(directory)).problems).toEqual(first.problems);
  for (const file of answersOf(directory)) writeFileSync(file, '');
  expect((await check(directory)).problems).toEqual(first.problems);
});
