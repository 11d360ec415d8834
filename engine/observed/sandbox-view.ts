import { basename, resolve } from 'node:path';
import { isWithin } from '../paths.ts';
import { LAUNCHER } from '../sandbox/launcher.ts';

/** What lies outside of a sandbox at a path inside. */
export interface Outside {
  readonly path: string;
  /** True for a place that the sandbox makes anew: memory, devices, /proc. What is written there is gone with it. */
  readonly isPrivate: boolean;
}

/** Operands of bwrap's options (bwrap(1)); of others, none. */
const operands: Readonly<Record<string, number>> = {
  ...{ '--bind': 2, '--ro-bind': 2, '--dev-bind': 2, '--bind-try': 2, '--ro-bind-try': 2 },
  ...{ '--dev-bind-try': 2, '--setenv': 2, '--symlink': 2, '--file': 2, '--bind-data': 2 },
  ...{ '--ro-bind-data': 2, '--chmod': 2, '--tmpfs': 1, '--dev': 1, '--proc': 1, '--mqueue': 1 },
  ...{ '--dir': 1, '--remount-ro': 1, '--chdir': 1, '--uid': 1, '--gid': 1, '--hostname': 1 },
  ...{ '--cap-drop': 1, '--cap-add': 1, '--unsetenv': 1, '--perms': 1, '--size': 1 },
};

/** Returns the kind of the sandbox that a command line makes. */
export function sandboxKind(
  command: readonly string[] | undefined,
): 'Bubblewrap' | 'Landlock' | 'Disabled' {
  if (command === undefined) return 'Disabled';
  return basename(command[0] ?? '') === LAUNCHER ? 'Landlock' : 'Bubblewrap';
}

/** Returns the path by which a sandbox starts a program: Landlock's cannot put it where cargo has it. */
export function startedBy(command: readonly string[] | undefined): string | undefined {
  if (command === undefined || sandboxKind(command) !== 'Landlock') return undefined;
  return command[command.indexOf('--') + 1];
}

/** Returns what is outside at each path inside of the sandbox of a command line; without one, the path itself. */
export function viewOf(command: readonly string[] | undefined): (path: string) => Outside {
  // Landlock shows everything where it is.
  if (command === undefined || sandboxKind(command) === 'Landlock')
    return (path) => ({ path, isPrivate: false });
  const mounts: { readonly at: string; readonly from: string | undefined }[] = [];
  for (let index = 1; index < command.length && command[index] !== '--'; ) {
    const option = command[index] ?? '';
    const [first = '', second = ''] = command.slice(index + 1, index + 3);
    if (/^--(?:ro-|dev-)?bind(?:-try)?$/.test(option)) mounts.push({ at: second, from: first });
    if (/^--(?:tmpfs|dev|proc|mqueue)$/.test(option)) mounts.push({ at: first, from: undefined });
    index += 1 + (operands[option] ?? 0);
  }
  return (path) => {
    const mount = mounts.findLast(({ at }) => isWithin(path, at));
    if (mount === undefined) return { path, isPrivate: false };
    if (mount.from === undefined) return { path, isPrivate: true };
    const below = path.slice(mount.at === '/' ? 1 : mount.at.length + 1);
    return { path: resolve(mount.from, below), isPrivate: false };
  };
}
