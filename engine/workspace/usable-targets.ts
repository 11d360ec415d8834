import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../config/nearest.ts';
import { CheckError } from '../errors.ts';
import { runProgram } from './run-program.ts';
import type { Toolchain } from './toolchain.ts';

/** The toolchain that is to compile for targets. */
export interface ForTargets {
  readonly toolchain: Toolchain;
  readonly sysroot: string;
  readonly directory: string;
  readonly buildsStd: boolean;
}

/**
 * Throws CheckError for a target that rustc does not know, with the nearest that it knows, and for one whose standard
 * library is not installed (rule 12.6). Specifications in files are left to cargo.
 */
export async function refuseUnusableTargets(
  targets: readonly string[],
  { toolchain, sysroot, directory, buildsStd }: ForTargets,
): Promise<void> {
  const lacking = targets.filter(
    (target) =>
      target !== 'host-tuple' &&
      target !== toolchain.host &&
      !target.endsWith('.json') &&
      !existsSync(join(sysroot, 'lib', 'rustlib', target, 'lib')),
  );
  if (lacking.length === 0) return;
  const { stdout, status } = await runProgram(toolchain.rustc, ['--print', 'target-list'], {
    cwd: directory,
  });
  if (status !== 0) return;
  const known = stdout.toString().trim().split('\n');
  const unknown = lacking.find((target) => !known.includes(target));
  if (unknown !== undefined) {
    const meant = nearest(unknown, known);
    throw new CheckError(
      `rustc does not know the target \`${unknown}\``,
      `${meant === undefined ? '' : `is \`${meant}\` meant? `}\`rustc --print target-list\` lists all targets`,
    );
  }
  if (buildsStd) return;
  const commands = lacking.map((target) => `\`rustup target add ${target}\``);
  throw new CheckError(
    `there is no standard library for ${lacking.join(', ')} in ${sysroot}`,
    `${commands.join(' and ')} installs it`,
  );
}
