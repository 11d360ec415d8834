import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyCache } from '../support/cache.mjs';
import { cackle, check, fixture } from '../support/cackle.ts';

// Rule 6.5: `cackle cache` tells what is kept and removes it; `cackle bench` measures over the user's own tree.

const directory = fixture('uses-a-library');
const home = `${directory}-cache`;
const env = { XDG_CACHE_HOME: home };
emptyCache(home);

const json = async (...args: string[]) => {
  const ran = await cackle([...args, '--json', '--path', directory], env);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(ran.stdout);
};

test('bench without a check before it says what to do, and leaves nothing', async () => {
  const ran = await cackle(['bench', '--path', directory], env);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('no check has left anything to measure in');
  expect(ran.stderr).toContain('`cackle -n --path');
  expect(existsSync(join(directory, 'target', '.cackle'))).toBe(false);
});

describe('after a check', () => {
  beforeAll(async () => {
    await check(directory, [], env);
  });

  test('bench: throughput by number of workers, the slowest files', async () => {
    const report = await json('bench', '--workers', '2,1');
    expect(report).toMatchObject({ schemaVersion: 1, workspaceRoot: directory });
    expect(report.runs.map(({ workers }: { workers: number }) => workers)).toEqual([1, 2]);
    expect(report.objects).toBeGreaterThan(report.files);
    // The program and its test.
    expect(report.outputs).toBe(2);
    for (const { extraction, judgement } of report.runs) {
      const { megabytesPerSecond, objectsPerSecond } = extraction;
      expect(megabytesPerSecond * extraction.seconds).toBeCloseTo(report.bytes / 1e6);
      expect(objectsPerSecond * extraction.seconds).toBeCloseTo(report.objects);
      for (const value of Object.values(judgement)) expect(value).toBeGreaterThan(0);
    }
    const seconds = report.slowest.map((file: { seconds: number }) => file.seconds);
    expect(seconds).toEqual([...seconds].sort((a, b) => b - a));
    // It measures, and keeps nothing.
    const again = await check(directory, [], env);
    expect(again.counts).toMatchObject({ unitsBuilt: 0, objectsExtracted: 0 });
    const human = await cackle(['bench', '--path', directory, '--workers', '1'], env);
    expect(human.stdout).toMatch(/^workers +extraction +objects +judgement/m);
    expect(human.stdout).toMatch(/^ +\d+ ms +\d+\.\d MB {2}\S+\.rlib$/m);
  });

  test('cache: sizes by part; clear removes the facts of the user, --all everything', async () => {
    const sizes = async () => {
      const { parts } = await json('cache');
      return Object.fromEntries(
        // Whether there is a launcher depends on who needed one before.
        parts
          .filter(({ name }: { name: string }) => name !== 'launcher')
          .map(({ name, bytes }: { name: string; bytes: number }) => [name, bytes > 0]),
      );
    };
    mkdirSync(join(home, 'cackle/diffs/bases'), { recursive: true });
    writeFileSync(join(home, 'cackle/diffs/bases/x'), 'x');
    expect(await sizes()).toEqual({ facts: true, diffs: true, shim: true, workspace: true });
    const human = await cackle(['cache', '--path', directory], env);
    expect(human.stdout).toContain(`${home}/cackle/facts\n`);
    expect(human.stdout).toContain('up to 2147.5 MB in each place');
    expect((await json('cache', 'clear')).removed).toHaveLength(2);
    expect(await sizes()).toEqual({ facts: false, diffs: false, shim: true, workspace: true });
    // The target directory has its own.
    expect((await check(directory, [], env)).counts.unitsBuilt).toBe(0);
    await json('cache', 'clear', '--all');
    expect(await sizes()).toEqual({ facts: false, diffs: false, shim: false, workspace: false });
    expect((await check(directory, [], env)).counts.unitsBuilt).toBeGreaterThan(0);
    const outside = await cackle(['cache', '--json', '--path', '/'], env);
    expect(JSON.parse(outside.stdout).parts).toHaveLength(4);
  });

  test('cache and bench refuse what means nothing', async () => {
    for (const [args, message] of [
      [['cache', '--all'], '--all goes with clear'],
      [['cache', 'empty'], "'empty' is invalid"],
      [['bench', '--workers', '0'], 'It takes numbers from 1'],
      [['bench', '--workers', '1,,2'], 'It takes numbers from 1'],
    ] as const) {
      const ran = await cackle(args, env);
      expect(ran.status).toBe(2);
      expect(ran.stderr).toContain(message);
    }
    const wrong = await cackle(['cache', '--path', directory], { ...env, CACKLE_CACHE: 'no' });
    expect(wrong.status).toBe(2);
  });
});
