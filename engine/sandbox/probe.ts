import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import { type Finished, runProgram } from '../workspace/run-program.ts';
import { isolation } from './bubblewrap.ts';

/** The machine's settings for user namespaces; a field is undefined when the kernel has no such setting. */
export interface NamespaceFacts {
  /** /proc/sys/user/max_user_namespaces */
  readonly limit: number | undefined;
  /** /proc/sys/kernel/unprivileged_userns_clone (Debian's kernels) */
  readonly clone: number | undefined;
  /** /proc/sys/kernel/apparmor_restrict_unprivileged_userns (Ubuntu's) */
  readonly apparmor: number | undefined;
  readonly inContainer: boolean;
}

/** Returns an error that says why bwrap failed and what to change, by its stderr and the machine's settings. */
export function explainFailure(stderr: string, facts: NamespaceFacts): CheckError {
  const said = stderr.trim() || 'it said nothing';
  const message = (reason: string): string =>
    `Bubblewrap cannot make a sandbox here: ${reason}\n  ${said}`;
  if (facts.limit === 0)
    return new CheckError(
      message('user namespaces are switched off'),
      'switch them on: sysctl user.max_user_namespaces=15000',
    );
  if (facts.clone === 0)
    return new CheckError(
      message('the kernel allows user namespaces to root only'),
      'allow them: sysctl kernel.unprivileged_userns_clone=1',
    );
  if (facts.apparmor === 1 && !facts.inContainer)
    return new CheckError(
      message('AppArmor forbids user namespaces to programs without a profile'),
      `give bwrap a profile with \`userns,\` in /etc/apparmor.d/bwrap, or: sysctl kernel.apparmor_restrict_unprivileged_userns=0`,
    );
  if (facts.inContainer)
    return new CheckError(
      message('the container forbids user namespaces or mounts'),
      'start it with: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined',
    );
  return new CheckError(
    message('it failed'),
    `\`bwrap --unshare-all --ro-bind / / true\` has to work`,
  );
}

/** Resolves to the settings of this machine. */
export async function namespaceFacts(): Promise<NamespaceFacts> {
  const setting = (path: string): number | undefined => {
    try {
      return Number(readRegularFile(`/proc/sys/${path}`).toString());
    } catch {
      return undefined;
    }
  };
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );
  return {
    limit: setting('user/max_user_namespaces'),
    clone: setting('kernel/unprivileged_userns_clone'),
    apparmor: setting('kernel/apparmor_restrict_unprivileged_userns'),
    inContainer:
      (await exists('/.dockerenv')) ||
      (await exists('/run/.containerenv')) ||
      process.env.container !== undefined,
  };
}

/** Resolves to the absolute path of bwrap on PATH; relative entries are skipped, since their files are not trusted. */
export async function findBubblewrap(path = process.env.PATH ?? ''): Promise<string | undefined> {
  for (const directory of path.split(':').filter(isAbsolute)) {
    const program = join(directory, 'bwrap');
    const usable = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return realpath(program);
  }
  return undefined;
}

/** Bubblewrap as it is on this machine. */
export interface Bubblewrap {
  readonly bwrap: string;
  /** `--disable-userns`, which puts less of the kernel in reach, when bwrap (0.8) and the container support it. */
  readonly supported: readonly string[];
}

/**
 * Finds bwrap and tries it with all options that the sandboxes use. Throws CheckError that says what to change: a check with
 * sandboxes never goes on without them.
 */
export async function requireBubblewrap(): Promise<Bubblewrap> {
  const bwrap = await findBubblewrap();
  if (bwrap === undefined) {
    throw new CheckError(
      'bwrap (Bubblewrap) is not installed',
      'install the package bubblewrap (apt, dnf, pacman, zypper and apk all call it so)',
    );
  }
  const supported = ['--disable-userns'];
  if ((await tryBubblewrap(bwrap, supported)).status === 0) return { bwrap, supported };
  const tried = await tryBubblewrap(bwrap, []);
  if (tried.status !== 0) throw explainFailure(tried.stderr, await namespaceFacts());
  return { bwrap, supported: [] };
}

/** Runs `bwrap --version` in a sandbox, since bwrap surely exists inside. Throws CheckError when it cannot start. */
export async function tryBubblewrap(bwrap: string, extra: readonly string[]): Promise<Finished> {
  const proc = ['--proc', '/proc', '--remount-ro', '/proc'];
  const root = ['--ro-bind', '/', '/', '--dev', '/dev', ...proc, '--tmpfs', '/tmp'];
  try {
    return await runProgram(
      bwrap,
      [...isolation(false), ...root, ...extra, '--', bwrap, '--version'],
      { env: {} },
    );
  } catch (error) {
    throw new CheckError(
      `cannot run ${bwrap}: ${reasonOf(error)}`,
      'reinstall the package bubblewrap',
      {
        cause: error,
      },
    );
  }
}
