import { isWithin } from '../paths.ts';

/** One path as a sandboxed program sees it. */
export interface Mount {
  /** The path inside: absolute, symbolic links resolved. */
  readonly path: string;
  /** The file or directory outside; `path` when absent. */
  readonly source?: string;
  readonly access: Access;
}

/**
 * `hide`: an empty directory in memory. `empty`: an empty file. `read`, `write`: the file or directory outside.
 * `user`: writable because cackle.toml says so. `protect`: read-only whatever the other rules say.
 */
export type Access = 'hide' | 'empty' | 'read' | 'write' | 'user' | 'protect';

/** The order of precedence: at one path the last of these wins. */
const rank: readonly Access[] = ['hide', 'empty', 'read', 'write', 'user', 'protect'];

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
  const option = effect(access);
  if (access === 'empty') return ['--ro-bind', '/dev/null', path];
  return option === '--tmpfs' ? [option, path] : [option, source ?? path, path];
}

function effect(access: Access): 'empty' | '--tmpfs' | '--ro-bind' | '--bind' {
  if (access === 'hide') return '--tmpfs';
  if (access === 'empty') return 'empty';
  return access === 'write' || access === 'user' ? '--bind' : '--ro-bind';
}

/**
 * Sorts mounts, outer directories first, so that an inner rule holds within an outer one: a project in the home directory
 * is visible, a Cargo home in the project is not. Mounts that change nothing are left out.
 */
export function mountsInOrder(mounts: readonly Mount[]): Mount[] {
  const strongest = new Map<string, Mount>();
  for (const mount of mounts) {
    const known = strongest.get(mount.path);
    if (known === undefined || rank.indexOf(mount.access) >= rank.indexOf(known.access))
      strongest.set(mount.path, mount);
  }
  const ordered = [...strongest.values()].sort(
    (a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1),
  );
  const kept: Mount[] = [];
  for (const mount of ordered) {
    const around = kept.findLast((other) => isWithin(mount.path, other.path));
    const same = effect(around?.access ?? 'read') === effect(mount.access);
    const inPlace = mount.source === undefined && around?.source === undefined;
    if (!same || !inPlace) kept.push(mount);
  }
  return kept;
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}
