import { isWithin } from '../paths.ts';
import { effectOf, type Mount, mountsInOrder } from './mounts.ts';

/** The parts of a Bubblewrap command line. */
export interface SandboxRequest {
  readonly bwrap: string;
  /** Options beside {@link isolation} that this bwrap and machine support: see `supported` in probe.ts. */
  readonly supported: readonly string[];
  readonly allowNetwork: boolean;
  readonly mounts: readonly Mount[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Raw arguments of cackle.toml; they come last, so they override the others. */
  readonly extraArgs: readonly string[];
  readonly command: readonly string[];
}

/** Returns the options for namespaces and identity of every sandbox (rule 7.1); {@link tryBubblewrap} tries them too. */
export function isolation(allowNetwork: boolean): string[] {
  return [
    '--unshare-all',
    // --unshare-all alone goes on without a user namespace when none can be made.
    '--unshare-user',
    ...(allowNetwork ? ['--share-net'] : []),
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--uid',
    '1000',
    '--gid',
    '1000',
    '--hostname',
    'none',
    '--clearenv',
  ];
}

/**
 * Returns the command line that runs `command` in a sandbox. Run it with an empty environment: bwrap is outside, so a loader
 * variable for the program inside would act on bwrap too.
 */
export function bubblewrapCommand(request: SandboxRequest): string[] {
  return [
    request.bwrap,
    ...isolation(request.allowNetwork),
    ...request.supported,
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    // Root's files there are the machine's settings, and root inside is root outside: bwrap covers some, not /proc/sys.
    '--remount-ro',
    '/proc',
    ...mountsInOrder(request.mounts).flatMap(mountArguments),
    ...[...request.env].sort(byName).flatMap(([name, value]) => ['--setenv', name, value]),
    ...request.extraArgs,
    '--chdir',
    request.cwd,
    '--',
    ...request.command,
  ];
}

/** Does the command line of a sandbox cover an absolute path by an empty directory or file? */
export function hidesPath(command: readonly string[], path: string): boolean {
  let isHidden = false;
  const end = command.indexOf('--');
  for (const [i, option] of command.slice(0, end).entries()) {
    const [first = '', second = ''] = command.slice(i + 1, i + 3);
    if (option === '--tmpfs' && isWithin(path, first)) isHidden = true;
    if (/^--(?:ro-|dev-)?bind$/.test(option) && isWithin(path, second)) isHidden = first !== second;
  }
  return isHidden;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mountArguments({ path, source, access }: Mount): string[] {
  const option = effectOf(access);
  if (access === 'empty') return ['--ro-bind', '/dev/null', path];
  return option === '--tmpfs' ? [option, path] : [option, source ?? path, path];
}
