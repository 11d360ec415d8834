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

/** Returns by which option of Bubblewrap an access is had: those of one option are the same to a program. */
export function effectOf(access: Access): 'empty' | '--tmpfs' | '--ro-bind' | '--bind' {
  if (access === 'hide') return '--tmpfs';
  if (access === 'empty') return 'empty';
  return access === 'write' || access === 'user' ? '--bind' : '--ro-bind';
}

/**
 * Sorts mounts, outer directories first, so that an inner rule holds within an outer one: a project in the home directory
 * is visible, a Cargo home in the project is not. Mounts that change nothing are left out; around all of them is what `outside` says.
 */
export function mountsInOrder(mounts: readonly Mount[], outside: Access = 'read'): Mount[] {
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
    const same = effectOf(around?.access ?? outside) === effectOf(mount.access);
    const inPlace = mount.source === undefined && around?.source === undefined;
    if (!same || !inPlace) kept.push(mount);
  }
  return kept;
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}
