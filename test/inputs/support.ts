import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, type Ran, run } from '../support/cackle.ts';

/** What a terminal would act on: controls but line break and tab, bidi marks, zero-width characters. */
export const commands = /[\p{Cf}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u;

/** Asserts what holds for every run that made no check (rules 6.6, 6.8): status 2, no report, no stack, something to read. */
export function expectRefusal(ran: Ran): string {
  expect(ran.stdout).toBe('');
  expect(ran.stderr).not.toMatch(/^ {4}at .+[:)]\d*\)?$/m);
  expect(ran.stderr).not.toContain('internal error');
  expect(ran.stderr).not.toMatch(commands);
  expect(ran.stderr).toMatch(/^error: ./m);
  expect(ran.status).toBe(2);
  return ran.stderr;
}

/** Runs a check that cannot be made; gives what it says. */
export async function refused(
  directory: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  return expectRefusal(await cackle(['-n', '--path', directory, ...args], env));
}

/** Asserts that a check can be made now, and that it finds nothing. */
export async function expectClean(directory: string, args: readonly string[] = []): Promise<void> {
  const { status, problems, unchecked } = await check(directory, args);
  // The configuration may allow more than a variant of the workspace needs.
  const found = problems.filter(({ kind }) => kind !== 'unused-setting');
  expect({ status, found, unchecked }).toEqual({ status: 0, found: [], unchecked: [] });
}

/** Why this test cannot mount; undefined where it can. */
export const noMounts: string | undefined = (() => {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
      stdio: 'pipe',
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();

if (noMounts !== undefined) console.warn(`tests that need a mount are skipped: ${noMounts}`);

/** Why this test cannot become another user, to whom this checkout is open; undefined where it can. */
export const noOtherUser: string | undefined = (() => {
  if (noMounts !== undefined) return noMounts;
  if (process.getuid?.() !== 0) return 'this is not root, so it cannot become another user';
  try {
    const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    execFileSync('setpriv', [...user, 'test', '-r', join(packageRoot(), 'package.json')]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();

if (noOtherUser !== undefined)
  console.warn(`tests that need another user are skipped: ${noOtherUser}`);

/** The program that a user runs. */
export const program: readonly string[] = [process.execPath, join(packageRoot(), 'dist', 'cli.js')];

/** Runs the program in mounts of its own, which `mounts`, a shell script, makes; `$0` is the toolchain's directory. */
export function cackleInMounts(
  mounts: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const script = `set -e; ${mounts}; exec "$@"`;
  return run('unshare', ['--mount', 'sh', '-c', script, sysroot(), ...program, ...args], env);
}

/** Runs the program as the user nobody, to whom root's toolchain is shown. */
export function asNobody(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const home = join(packageRoot(), 'target', 'fixtures', 'nobody');
  mkdirSync(home, { recursive: true });
  chmodSync(home, 0o777);
  return run(
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      'mount --bind "$0" /mnt && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"',
      sysroot(),
      ...program,
      ...args,
    ],
    { PATH: '/mnt/bin:/usr/bin:/bin', HOME: '/nonexistent', CARGO_HOME: home, ...env },
  );
}

function sysroot(): string {
  return execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim();
}
