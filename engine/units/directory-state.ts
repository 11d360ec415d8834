import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digest } from '../facts/store.ts';

/** A directory with more files and directories than this is not looked at. */
const MAX_ENTRIES = 20_000;

/** What all files below a directory are by sizes, times and inodes, and the newest of their changes (milliseconds). */
export interface TreeState {
  readonly state: string;
  readonly newest: number;
}

/** Which entries of a tree are left out, and what is done about one that is neither file nor directory. */
export interface TreeView {
  readonly leavesOut: (path: string, name: string) => boolean;
  /** Follow symbolic links to files, or give up at what only the link's target would tell. */
  readonly links: 'follow' | 'give up';
}

/** The state of all that is below a directory; undefined where it is too much, or cannot be said. */
export function stateOfTree(root: string, { leavesOut, links }: TreeView): TreeState | undefined {
  const parts: string[] = [];
  let newest = 0;
  const pending = [root];
  try {
    for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        const path = join(directory, entry.name);
        if (leavesOut(path, entry.name)) continue;
        if (entry.isDirectory()) pending.push(path);
        else if (links === 'give up' && !entry.isFile()) return undefined;
        const { size, mtimeMs, ctimeMs, ino } =
          links === 'follow' ? statSync(path) : lstatSync(path);
        if (!entry.isDirectory()) newest = Math.max(newest, ctimeMs);
        parts.push(`${path}\0${entry.isDirectory() ? '' : `${size} ${mtimeMs} ${ctimeMs} ${ino}`}`);
        if (parts.length > MAX_ENTRIES) return undefined;
      }
    }
  } catch {
    // Changing at this moment, or a link that leads nowhere.
    return undefined;
  }
  return { state: digest(parts.sort()), newest };
}
