/** What a sandboxed program sees of one path. */
export interface Mount {
  /** Absolute, symbolic links resolved, as it is called inside. */
  readonly path: string;
  /** The file or directory outside; `path` when absent. */
  readonly source?: string;
  readonly access: Access;
}

/**
 * `hide`: an empty directory in memory. `empty`: a file of which nothing is seen. `read`, `write`: what is there.
 * `user`: writable because cackle.toml says so. `protect`: read-only whatever anybody says.
 */
export type Access = 'hide' | 'empty' | 'read' | 'write' | 'user' | 'protect';

/** At one path the last of these wins. */
const rank: readonly Access[] = ['hide', 'empty', 'read', 'write', 'user', 'protect'];

/** Everything that makes up a Bubblewrap command line. */
export interface SandboxRequest {
  readonly bwrap: string;
  /** Options of this bwrap and machine beside {@link isolation}: see `supported` of probe.ts. */
  readonly supported: readonly string[];
  readonly allowNetwork: boolean;
  readonly mounts: readonly Mount[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Raw arguments of cackle.toml; they come last and so have the last word. */
  readonly extraArgs: readonly string[];
  readonly command: readonly string[];
}

/** Namespaces and identity of every sandbox (rule 7.1); they are also what the check at the start tries. */
export function isolation(allowNetwork: boolean): string[] {
  return [
    '--unshare-all',
    // By itself --unshare-all goes on without a user namespace where there can be none.
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
 * The command line that runs `command` in a sandbox. Run it with an empty environment: bwrap is outside,
 * and a loader variable meant for the program inside would act on it too.
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
    // Files of root's there are the machine's settings, and root is who it is outside: bwrap covers some, not /proc/sys.
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

/** Is what lies at an absolute path outside covered by an empty directory or file inside, by the command line of a sandbox? */
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
 * Outer directories first, so that an inner rule holds within an outer one wherever either lies: a project in
 * the home directory is seen, a Cargo home in the project is not. Rules that change nothing are left out.
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

/** Is `path` below `directory`, or the same? Both absolute. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
