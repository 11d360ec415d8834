import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../config/nearest.ts';
import { CheckError } from '../errors.ts';
import { runProgram } from './run-program.ts';
import type { Toolchain } from './toolchain.ts';

/** Targets that cannot be compiled for, each with the reason and what to do. */
export class UnusableTargetsError extends CheckError {
  readonly faults: readonly TargetFault[];
  constructor(faults: readonly [TargetFault, ...TargetFault[]]) {
    const [{ message, help }] = faults;
    super(message, help);
    this.faults = faults;
  }
}

interface TargetFault {
  readonly target: string;
  readonly message: string;
  readonly help: string;
}

/** The toolchain that is to compile for targets. */
export interface ForTargets {
  readonly toolchain: Toolchain;
  readonly sysroot: string;
  readonly directory: string;
  readonly buildsStd: boolean;
}

function throwIfAny([first, ...others]: readonly TargetFault[]): void {
  if (first !== undefined) throw new UnusableTargetsError([first, ...others]);
}

/**
 * Throws {@link UnusableTargetsError} for a target that rustc does not know, with the nearest that it knows, and for one whose standard
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
  const unknown = lacking
    .filter((target) => !known.includes(target))
    .map((target) => {
      const meant = nearest(target, known);
      return {
        target,
        message: `rustc does not know the target \`${target}\``,
        help: `${meant === undefined ? '' : `is \`${meant}\` meant? `}\`rustc --print target-list\` lists all targets`,
      };
    });
  throwIfAny(unknown);
  if (buildsStd) return;
  throwIfAny(
    lacking.map((target) => ({
      target,
      message: `there is no standard library for ${target} in ${sysroot}`,
      help: `\`rustup target add ${target}\` installs it`,
    })),
  );
}
