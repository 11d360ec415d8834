import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, fixture, type Ran, run } from '../support/cackle.ts';
import { sampled } from '../support/whole.ts';
import { expectClean } from './support.ts';

// Rule 6.8: stdout carries the report; the cache and the home directory are never required.

/** Runs a shell line in which `$CACKLE` is the program. */
function shell(line: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const CACKLE = `${process.execPath} ${join(packageRoot(), 'dist', 'cli.js')}`;
  return run('bash', ['-c', line], { CACKLE, ...env });
}

const quoted = (path: string): string => `'${path}'`;

test('a reader that leaves early changes nothing of the exit status', async () => {
  const clean = quoted(fixture('simple'));
  const problem = quoted(fixture('simple', { config: '', as: 'simple-refused' }));
  for (const [directory, status] of [
    [clean, 0],
    [problem, 1],
  ]) {
    const line = `$CACKLE -n --output-format json --path ${directory} | true; exit \${PIPESTATUS[0]}`;
    const ran = await shell(line);
    expect(ran.status).toBe(status);
    expect(ran.stderr).not.toContain('EPIPE');
  }
  const head = await shell(`$CACKLE -n --path ${problem} | head -1`);
  expect(head.stdout).toBe('simple\n');
  expect(head.stderr).not.toContain('EPIPE');
});

test('stdout that is full: no report reached anybody', async () => {
  const directory = quoted(fixture('simple'));
  for (const arguments_ of [`-n --path ${directory}`, '--help', '--version']) {
    const ran = await shell(`$CACKLE ${arguments_} > /dev/full`);
    expect(ran.stderr).toContain('error: cannot write the report to stdout: no room is left');
    expect(ran.status).toBe(2);
  }
});

test('stderr that is closed or full: the report is made all the same', async () => {
  const directory = fixture('simple', { config: '' });
  for (const redirection of ['2>&-', '2>/dev/full', '2> >(true)']) {
    const ran = await shell(`$CACKLE -n --path ${quoted(directory)} ${redirection}`);
    expect(ran.stdout).toContain('uses the API `env`');
    expect(ran.status).toBe(1);
  }
});

/** Where rustup's and cargo's own files are, since a test takes HOME away. */
const rust = {
  RUSTUP_HOME: process.env.RUSTUP_HOME || join(process.env.HOME ?? '/', '.rustup'),
  CARGO_HOME: process.env.CARGO_HOME || join(process.env.HOME ?? '/', '.cargo'),
};

test.each(
  sampled([
    ['a HOME that is no directory', { HOME: '/dev/null', XDG_CACHE_HOME: undefined }],
    ['an XDG_CACHE_HOME that is no directory', { XDG_CACHE_HOME: '/dev/null/cache' }],
    // Node's recursive mkdir never returns there.
    ['an XDG_CACHE_HOME that can hold nothing', { XDG_CACHE_HOME: '/proc/nowhere/cache' }],
    ['no HOME', { HOME: undefined, XDG_CACHE_HOME: undefined }],
  ]),
)('%s', async (name, env) => {
  const directory = fixture('simple', { config: '', as: `homeless ${name}` });
  for (const turn of [1, 2]) {
    const ran = await cackle(['-n', '--path', directory], { ...rust, ...env });
    expect(ran.stderr, `turn ${turn}`).not.toContain('error:');
    expect(ran.stdout).toContain('uses the API `env`');
    expect(ran.status).toBe(1);
  }
  // The shim that its links name lay in the directory of the run.
  rmSync(directory, { recursive: true });
});

test('a TMPDIR that cannot be used says so, a long one is no obstacle', async () => {
  const directory = fixture('simple', {
    files: {
      [`${'t'.repeat(120)}/keep`]: '',
    },
  });
  const ran = await cackle(['-n', '--path', directory], { TMPDIR: '/dev/null/tmp' });
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('cannot make a temporary directory in /dev/null/tmp');
  expect(ran.stderr).toContain('TMPDIR');
  const long = await cackle(['-n', '--path', directory], {
    TMPDIR: join(directory, 't'.repeat(120)),
  });
  expect(long.stderr).not.toContain('error:');
  expect(long.status).toBe(0);
  await expectClean(directory);
});

test('--no-backtrace leaves out how a usage is reached, in both formats', async () => {
  const directory = fixture('no-backtrace');
  const traces = async (...args: string[]) => {
    const { problems } = await check(directory, args);
    return problems.flatMap((p) => ('usages' in p ? p.usages.map((u) => u.backtrace.length) : []));
  };
  const human = async (...args: string[]) =>
    (await cackle(['-n', '--path', directory, ...args])).stdout;
  const step = /^\s+(?:from|→) .*main\.rs:2/m;
  expect(await human()).toMatch(step);
  const without = await human('--no-backtrace');
  expect(without).toContain('uses the API `env`');
  expect(without).not.toMatch(step);
  expect(Math.min(...(await traces()))).toBeGreaterThan(1);
  expect(new Set(await traces('--no-backtrace'))).toEqual(new Set([0]));
});

test('--print-timing: seconds by phase on stderr; stdout stays as it is', async () => {
  const directory = fixture('simple');
  await expectClean(directory);
  const plain = await cackle(['-n', '--path', directory]);
  const timed = await cackle(['-n', '--path', directory, '--print-timing']);
  const lines = (stderr: string) =>
    [...stderr.matchAll(/^(\w+): \d+\.\d{3} s(?: {2}\(.*\))?$/gm)].map((m) => m[1]);
  expect(lines(timed.stderr)).toEqual(
    'metadata build cargo wait queue extract scan store join judge report total'.split(' '),
  );
  expect(lines(plain.stderr)).toEqual([]);
  expect(timed).toMatchObject({ status: 0, stdout: plain.stdout });
});
