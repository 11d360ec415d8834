import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digest } from '../facts/store.ts';

/** Most entries of a directory tree that are read. */
const MAX_ENTRIES = 20_000;

/**
 * The sizes, times and inodes of all files below a directory as one text, and the time of the newest change
 * (milliseconds).
 */
export interface TreeState {
  readonly state: string;
  readonly newest: number;
}

/** Which entries of a tree are left out, and how symbolic links are treated. */
export interface TreeView {
  readonly leavesOut: (path: string, name: string) => boolean;
  /** Follow symbolic links, or give up at any entry that is neither a file nor a directory. */
  readonly links: 'follow' | 'give up';
}

/**
 * Returns the state of everything below a directory; undefined when there is too much of it, or when it cannot be
 * determined.
 */
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
    // An entry is changing at this moment, or a link leads nowhere.
    return undefined;
  }
  return { state: digest(parts.sort()), newest };
}
