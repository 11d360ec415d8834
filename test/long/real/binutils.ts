import { spawnSync } from 'node:child_process';

/** Runs a program of binutils; a missing one fails the test. */
export function binutils(program: string, args: readonly string[], input = ''): string {
  return output(program, args, input, 'install binutils, which this test compares with');
}

/** Runs a program and returns what it writes; throws where that fails, with what to do when it is missing. */
export function output(
  program: string,
  args: readonly string[],
  input = '',
  advice = 'install it',
): string {
  const run = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    input,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (run.error !== undefined) {
    throw new Error(`${program} cannot be run (${run.error.message}): ${advice}`);
  }
  if (run.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}
