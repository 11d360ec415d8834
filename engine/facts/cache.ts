import { lstatSync, utimesSync } from 'node:fs';
import { chmod, lstat, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { keyPath } from './seal.ts';

/** The value of `CACKLE_CACHE`: how much may be kept, and whether the user's cache is used at all. */
export interface CacheSetting {
  readonly shared: boolean;
  /** Most bytes of facts, in the user's cache and in each target directory. */
  readonly limit: number;
}

const DEFAULT_LIMIT = 2 * 2 ** 30;
const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Parses `CACKLE_CACHE`: `off`, or a size such as `500M` or `4G`. Throws an Error that names these forms. */
export function cacheSetting(text = process.env.CACKLE_CACHE): CacheSetting {
  if (text === undefined || text === '') return { shared: true, limit: DEFAULT_LIMIT };
  if (text === 'off') return { shared: false, limit: DEFAULT_LIMIT };
  const [, digits, unit] = /^(\d{1,9})([KMG]?)$/.exec(text.toUpperCase()) ?? [];
  const limit = Number(digits) * (units[unit ?? ''] ?? Number.NaN);
  if (!(limit > 0)) throw new Error(`CACKLE_CACHE is "${text}"`);
  return { shared: true, limit };
}

/**
 * Creates `directory`, and returns true when facts may be read from it and written there: the user owns it, and no other
 * user may read or write it. Another user who could write facts could make a check overlook references.
 */
export async function openPrivate(directory: string): Promise<boolean> {
  try {
    await makeDirectory(directory);
    const found = await lstat(directory);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    if ((found.mode & 0o777) !== 0o700) await chmod(directory, 0o700);
    return true;
  } catch {
    // The user's cache may be missing, read-only or full: it is never required.
    return false;
  }
}

interface Kept {
  readonly path: string;
  readonly size: number;
  readonly used: number;
}

/**
 * Returns the result of `look`; undefined when the file is gone or cannot be reached. Synchronous: there are hundreds of
 * files, for each of which Node's threads take several times as long as the system does.
 */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Every file below a directory, without those that another check removes meanwhile. */
async function filesBelow(directory: string): Promise<Kept[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry): Promise<Kept[]> => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      const s = ifThere(() => lstatSync(path));
      return s === undefined ? [] : [{ path, size: s.size, used: s.mtimeMs }];
    }),
  );
  return found.flat();
}

/** Resolves to the number and size of the files below a directory. */
export async function contentOf(directory: string): Promise<{ files: number; bytes: number }> {
  const files = await filesBelow(directory);
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

const HOUR_MS = 3_600_000;
/** The file whose mtime says when a directory was last trimmed; a store takes no file of this name for its own. */
const STAMP = 'trimmed';

/** A part of the store whose size is limited. */
export interface Limited {
  /** Holds the file that marks the last trimming. */
  readonly directory: string;
  /** Subdirectories whose files count and may be removed; `.` for all. */
  readonly parts: readonly string[];
  readonly limit: number;
  /** Files that this check used: they stay, and are marked as used now. */
  readonly used: readonly string[];
  /** Bytes that this check added. */
  readonly added: number;
}

/**
 * Removes the least recently used files, down to nine tenths of the limit, and temporary files of killed checks. Returns
 * the bytes removed. Runs once an hour only, or when much was added. Other checks may trim at the same time.
 */
export async function trim({ directory, parts, limit, used, added }: Limited): Promise<number> {
  const stamp = join(directory, STAMP);
  const now = Date.now();
  const last = (await stat(stamp).catch(() => undefined))?.mtimeMs ?? 0;
  if (now - last < HOUR_MS && added < limit / 20) return 0;
  await writeFile(stamp, '').catch(() => undefined);
  const time = new Date(now);
  for (const path of used) ifThere(() => utimesSync(path, time, time));
  const files = (await Promise.all(parts.map((part) => filesBelow(join(directory, part)))))
    .flat()
    .filter(({ path }) => path !== stamp && path !== keyPath(directory));
  const needed = new Set(used);
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  const goal = bytes > limit ? limit * 0.9 : Number.POSITIVE_INFINITY;
  let removed = 0;
  for (const { path, size, used: at } of files.sort((a, b) => a.used - b.used)) {
    const halfWritten = path.endsWith('.tmp');
    // Another check may be about to rename it.
    if (halfWritten && now - at <= HOUR_MS) continue;
    if (!halfWritten && (bytes <= goal || needed.has(path))) continue;
    await rm(path, { force: true }).catch(() => undefined);
    bytes -= size;
    removed += size;
  }
  return removed;
}
