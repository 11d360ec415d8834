import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, config, fixture, short } from '../support/cackle.ts';
import { program } from './support.ts';

// Rules 6.7, 9.1: however a check ends, nothing is left running, nothing ran unjudged,
// and the next check is right.

/** A workspace whose build script starts a child, tells that it runs, and stays; another one may not run. */
const slow = (name: string): string => fixture('build-script-that-stays', { as: name });

/** Processes that run in a directory or below it, or from a file there. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readlinkSync(`/proc/${pid}/cwd`).startsWith(directory) ||
          readlinkSync(`/proc/${pid}/exe`).startsWith(directory)
        );
      } catch {
        return false;
      }
    })
    .map((pid) => `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`);
}

async function until(what: string, condition: () => boolean, seconds = 60): Promise<void> {
  for (let i = 0; i < seconds * 20; i++) {
    if (condition()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Starts a check, and ends it by a signal when its build script runs. */
async function ended(directory: string, signal: NodeJS.Signals, group: boolean) {
  const [node, ...args] = program as [string, ...string[]];
  const child = spawn(node, [...args, '-n', '--path', directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const closed = new Promise<{ status: number | null; by: string | null }>((done) => {
    child.on('close', (status, by) => done({ status, by }));
  });
  await until('the build script', () => existsSync(join(directory, 'started')));
  const started = Date.now();
  process.kill(group ? -(child.pid as number) : (child.pid as number), signal);
  const { status, by } = await closed;
  return { status, by, output, seconds: (Date.now() - started) / 1000 };
}

async function expectRightAfterwards(directory: string): Promise<void> {
  await until('the end of all processes', () => processesOf(directory).length === 0, 10).catch(() =>
    expect(processesOf(directory)).toEqual([]),
  );
  expect(existsSync(join(directory, 'finished'))).toBe(false);
  expect(existsSync(join(directory, 'ran-unjudged'))).toBe(false);
  writeFileSync(join(directory, 'quick'), '');
  const report = await check(directory);
  expect(report.problems.map(short)).toEqual([
    'disallowed-api user.build fs',
    'disallowed-api user env',
  ]);
  expect(report.unchecked.map((u) => u.packageLabel)).toEqual(['user']);
  expect(existsSync(join(directory, 'ran-unjudged'))).toBe(false);
  writeFileSync(
    join(directory, 'cackle.toml'),
    config(
      '[pkg.slow]\nbuild.allow_apis = ["fs", "process"]\n[pkg.user]\nallow_apis = ["env"]\nbuild.allow_apis = ["fs"]\n',
    ),
  );
  expect((await check(directory)).problems).toEqual([]);
  expect(existsSync(join(directory, 'ran-unjudged'))).toBe(true);
}

describe('ended in the middle of a build script', () => {
  test.each([
    ['SIGINT', 130, true],
    ['SIGINT', 130, false],
    ['SIGTERM', 143, false],
    ['SIGHUP', 129, true],
  ] as const)('%s: exit status %d (to the whole group: %s)', async (signal, status, group) => {
    const directory = slow(`ended ${signal} ${group}`);
    const run = await ended(directory, signal, group);
    expect(run).toMatchObject({ status, by: null });
    expect(run.output).toContain('interrupted; nothing was left running');
    expect(run.output).not.toMatch(/^ {4}at /m);
    expect(run.seconds).toBeLessThan(8);
    await expectRightAfterwards(directory);
  });

  test('kill -9 of the engine: what it had allowed ends with it', async () => {
    const directory = slow('killed');
    expect(await ended(directory, 'SIGKILL', false)).toMatchObject({ by: 'SIGKILL' });
    await expectRightAfterwards(directory);
  });
});

test('a check that is ended before cargo builds', async () => {
  const directory = fixture('simple', {
    files: { cargo: '#!/bin/sh\ntouch asked\nsleep 1\nexec cargo "$@"\n' },
  });
  spawnSync('chmod', ['+x', join(directory, 'cargo')]);
  const [node, ...args] = program as [string, ...string[]];
  const child = spawn(node, [...args, '-n', '--path', directory], {
    stdio: 'ignore',
    env: { ...process.env, CARGO: join(directory, 'cargo') },
  });
  await until('cargo', () => existsSync(join(directory, 'asked')));
  child.kill('SIGTERM');
  expect(await new Promise((done) => child.on('close', done))).toBe(143);
  await until('the end of all processes', () => processesOf(directory).length === 0);
  expect((await check(directory)).problems).toEqual([]);
});

describe('rule 10.5: two checks at once in one target directory', () => {
  test('with the same cackle.toml: the same result', async () => {
    const directory = fixture('twins');
    for (const turn of [1, 2]) {
      const reports = await Promise.all([check(directory), check(directory), check(directory)]);
      for (const { problems, unchecked, status } of reports) {
        expect(problems.map(short), `turn ${turn}`).toEqual(['disallowed-api lib env']);
        expect({ unchecked, status }).toEqual({ unchecked: [], status: 1 });
      }
    }
  });

  test('with another: each its own result, and nothing runs that one of them refuses and the other does not allow', async () => {
    const directory = fixture('twins', { as: 'rivals' });
    const other = ['-c', join(directory, 'other.toml')];
    for (const turn of [1, 2, 3]) {
      if (turn === 3) rmSync(join(directory, 'target'), { recursive: true });
      const [a, b] = await Promise.all([check(directory), check(directory, other)]);
      expect(a?.problems.map(short), `turn ${turn}`).toEqual(['disallowed-api lib env']);
      expect(b?.problems.map(short), `turn ${turn}`).toContain('disallowed-api simple.build fs');
      expect(b?.problems.map(short)).not.toContain('disallowed-api lib env');
    }
  });
});
