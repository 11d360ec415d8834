import { basename } from 'node:path';
import { hidesPath } from './bubblewrap.ts';
import { isOutOfReach } from './landlock.ts';
import { LAUNCHER } from './launcher.ts';

/** Does the command line of a sandbox, of whatever kind, keep what lies at an absolute path from its program? */
export function isHidden(command: readonly string[], path: string): boolean {
  return basename(command[0] ?? '') === LAUNCHER
    ? isOutOfReach(command, path)
    : hidesPath(command, path);
}
