import { basename } from 'node:path';
import { realPath } from '../paths.ts';
import { hidesPath } from './bubblewrap.ts';
import { isOutOfReach } from './landlock.ts';
import { LAUNCHER } from './launcher.ts';

/** What the command line of a sandbox, of whatever kind, keeps from its program, as the search for denials asks. */
export function hiddenBy(command: readonly string[]): {
  /** Does it hide what lies at an absolute path? */
  readonly hides: (path: string) => boolean;
  /** Does it hide that, or what a link there leads to? */
  readonly hidesFile: (path: string) => boolean;
  /** Is what it hides refused, rather than absent? */
  readonly refuses: boolean;
} {
  const refuses = basename(command[0] ?? '') === LAUNCHER;
  // Rules name files without links.
  const hides = (path: string): boolean =>
    refuses ? isOutOfReach(command, realPath(path)) : hidesPath(command, path);
  return { hides, hidesFile: (path) => hides(path) || hides(realPath(path)), refuses };
}
