import { createHash, type Hash } from 'node:crypto';
import { type Dir, opendirSync, readSync, type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withRegularFile } from '../regular-file.ts';

/** Returns the hash that names the facts of a file: of its bytes, and of whether its debug info is read. */
export function factsHash(bytes: Uint8Array, debugInfo: boolean): string {
  return createHash('sha256')
    .update(bytes)
    .update(debugInfo ? 'd' : 'n')
    .digest('hex')
    .slice(0, 40);
}

/** Returns the hash of a file's bytes. */
export function bytesHash(bytes: Uint8Array): string {
  return digest(createHash('sha256').update(bytes));
}

/** The hash of unknown content; {@link isSameContent} says no even to two of it. */
export const UNKNOWN_CONTENT = 'unknown';

/** Do two hashes mean the same, known content? */
export function isSameContent(one: string, other: string | undefined): boolean {
  return one === other && one !== UNKNOWN_CONTENT;
}

/** How many files and directories, and bytes of files, may be read. */
interface WatchLimit {
  readonly entries: number;
  readonly bytes: number;
}

/** A watched path that holds more is no list of inputs but an accident, such as `/`. */
const WATCH_LIMIT: WatchLimit = { entries: 200_000, bytes: 2 ** 31 };

/** A path that holds more than the limit. */
export interface TooMuch {
  readonly path: string;
  readonly why: string;
}

/** Returns the hash of a file's bytes, or of all that a directory holds; `absent` for other paths, and unreadable ones. */
export function contentHash(path: string): string {
  const hashes = contentHashes([path]);
  return Array.isArray(hashes) ? (hashes[0] as string) : UNKNOWN_CONTENT;
}

/**
 * Returns {@link contentHash} of several paths within one limit; or the first path that exceeds it. Symbolic links are
 * followed, but no directory is read twice for one path, and none of a file system of the kernel (proc, sysfs …).
 */
export function contentHashes(paths: readonly string[], limit = WATCH_LIMIT): string[] | TooMuch {
  const left = { ...limit };
  const known = new Map<string, string>();
  try {
    for (const path of paths)
      if (!known.has(path)) known.set(path, new Walk(left, path, limit).hash(path));
  } catch (error) {
    if (error instanceof TooMuchError) return { path: error.path, why: error.message };
    throw error;
  }
  return paths.map((path) => known.get(path) as string);
}

/** Directories that cargo skips when it watches the directory of a package. */
const unwatched = new Set(['target', '.git']);

/** linux/magic.h: proc, sysfs, debugfs, tracefs, cgroup, cgroup2, bpf, securityfs. */
const kernelFileSystems = new Set([
  0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x27e0eb, 0x63677270, 0xcafe4a11, 0x73636673,
]);

const CHUNK = 1024 * 1024;

class TooMuchError extends Error {
  readonly path: string;
  constructor(path: string, why: string) {
    super(why);
    this.path = path;
  }
}

class Walk {
  private readonly left: { entries: number; bytes: number };
  private readonly top: string;
  private readonly limit: WatchLimit;
  /** Directories that were read: links can make cycles, or double the files below with each level. */
  private readonly seen = new Set<string>();
  private readonly isKernel = new Map<number, boolean>();

  constructor(left: { entries: number; bytes: number }, top: string, limit: WatchLimit) {
    this.left = left;
    this.top = top;
    this.limit = limit;
  }

  hash(path: string): string {
    this.left.entries--;
    if (this.left.entries < 0)
      throw new TooMuchError(this.top, `more than ${this.limit.entries} files`);
    const status = statOf(path);
    if (status?.isFile()) return this.file(path, status);
    if (!status?.isDirectory()) return 'absent';
    if (this.isOfKernel(path, status))
      throw new TooMuchError(this.top, 'files in which the kernel shows itself');
    const id = `${status.dev}:${status.ino}`;
    if (this.seen.has(id)) return 'again';
    this.seen.add(id);
    const hash = createHash('sha256');
    for (const name of this.namesIn(path).sort()) {
      if (unwatched.has(name)) continue;
      hash.update(`${name}\0${this.hash(join(path, name))}\0`);
    }
    return digest(hash);
  }

  private file(path: string, status: Stats): string {
    if (this.isOfKernel(path, status)) return 'absent';
    const hash = createHash('sha256');
    try {
      withRegularFile(path, (file) => {
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK, status.size + 1));
        for (let read = -1; read !== 0; ) {
          read = readSync(file, chunk, 0, chunk.length, null);
          this.left.bytes -= read;
          if (this.left.bytes < 0)
            throw new TooMuchError(this.top, `more than ${this.limit.bytes >> 20} MiB`);
          hash.update(chunk.subarray(0, read));
        }
      });
    } catch (error) {
      if (error instanceof TooMuchError) throw error;
      return 'absent';
    }
    return digest(hash);
  }

  /** Reads no more names than the limit: a directory can have millions. */
  private namesIn(path: string): string[] {
    const names: string[] = [];
    let directory: Dir;
    try {
      directory = opendirSync(path, { bufferSize: 512 });
    } catch {
      return names;
    }
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
        names.push(entry.name);
        if (names.length > this.left.entries)
          throw new TooMuchError(this.top, `more than ${this.limit.entries} files`);
      }
    } finally {
      directory.closeSync();
    }
    return names;
  }

  private isOfKernel(path: string, { dev }: Stats): boolean {
    let known = this.isKernel.get(dev);
    if (known === undefined) {
      known = kernelFileSystems.has(statfsSync(path).type);
      this.isKernel.set(dev, known);
    }
    return known;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function digest(hash: Hash): string {
  return hash.digest('hex').slice(0, 40);
}
