import { CheckError } from '../errors.ts';
import { reasonOf } from '../system-errors.ts';
import { type Finished, runProgram } from '../workspace/run-program.ts';
import { systemPlaces, temporaryPlace } from './host.ts';
import { landlockCommand } from './landlock.ts';
import { ensureLauncher, LAUNCHER } from './launcher.ts';

/** Landlock as it is on this machine. */
export interface Landlock {
  readonly launcher: string;
  /** The kernel's Landlock ABI. */
  readonly abi: number;
}

/**
 * Makes the launcher if there is none yet, and tries a sandbox of it. `sysroot` is the toolchain that compiles it. Throws
 * CheckError that says what to change: a check with sandboxes never goes on without them.
 */
export async function requireLandlock(sysroot: string | undefined): Promise<Landlock> {
  const launcher = await ensureLauncher(sysroot);
  const { stdout } = await run(launcher, ['--facts']);
  const abi = Number(/^landlock (\d+)$/m.exec(stdout.toString())?.[1] ?? 0);
  const [program = '', ...args] = landlockCommand(
    {
      ...{ launcher, allowNetwork: false, connects: [], env: new Map(), cwd: '/' },
      mounts: [...systemPlaces(), launcher].map((path) => ({ path, access: 'read' })),
      ...{ temporary: temporaryPlace(), ownHome: true, command: [launcher, '--trial'] },
    },
    () => [],
  );
  const tried = await run(program, args);
  if (tried.status === 0 && tried.stdout.toString() === 'the sandbox holds\n')
    return { launcher, abi };
  throw new CheckError(
    `Landlock cannot make a sandbox here: ${tried.stderr.trim().replaceAll(`${LAUNCHER}: `, '') || 'it said nothing'}`,
    'Linux 5.19 or newer with Landlock is needed: boot with lsm=landlock,… in front of the modules that are there; a container has to allow seccomp and landlock_create_ruleset',
  );
}

async function run(program: string, args: readonly string[]): Promise<Finished> {
  try {
    return await runProgram(program, args, { env: {} });
  } catch (error) {
    throw new CheckError(
      `cannot run ${program}: ${reasonOf(error)}`,
      'remove its directory: it is compiled anew',
      { cause: error },
    );
  }
}
