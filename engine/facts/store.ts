import { createHash, randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { userCache } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { cacheSetting } from './cache.ts';
import { writeAtomically } from './files.ts';
import { keyPath, openKey, sealOf } from './seal.ts';
import {
  type BuildScriptRecord,
  type FailureRecord,
  type FileStamp,
  type TraceRecord,
  UNIT_RECORD_VERSION,
  type UnitRecord,
} from './unit-record.ts';

/** The directories of facts and records, and their limit. */
export interface StoreLocation {
  /** `.cackle/` in the target directory, which `cargo clean` empties. */
  readonly root: string;
  /** Facts in the user's cache, by content: those of the standard library, and a second level for all others. */
  readonly shared: string | undefined;
  /** Most bytes of facts in each of the two. */
  readonly limit: number;
}

/** Returns the store's places for a target directory; creates nothing. Throws an Error when CACKLE_CACHE is wrong. */
export function storeLocation(targetDirectory: string): StoreLocation {
  const { shared, limit } = cacheSetting();
  const directory = join(userCache(), 'facts');
  const path = relative(targetDirectory, directory);
  // A program that may write in the target directory, as a sandboxed rustc may, must not reach the cache.
  const apart = isAbsolute(path) || path.split('/')[0] === '..';
  return {
    root: join(targetDirectory, '.cackle'),
    shared: shared && apart ? directory : undefined,
    limit,
  };
}

/**
 * Reads size, times and inode of a file; undefined when it is not there. Synchronous: a check makes hundreds of these
 * calls, and the system answers them from memory.
 */
export async function stampOf(path: string): Promise<FileStamp | undefined> {
  const s = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (s === undefined) return undefined;
  return {
    path,
    size: Number(s.size),
    mtime: s.mtimeNs.toString(),
    ctime: s.ctimeNs.toString(),
    inode: s.ino.toString(),
  };
}

/**
 * Returns a key that all hard links of one unchanged file share. The inode alone would not do: a file system soon uses it
 * again for another file.
 */
export function fileKey({ size, mtime, inode }: FileStamp): string {
  return `${inode} ${size} ${mtime}`;
}

/** True when both are stamps of the same, unchanged file; a hard link elsewhere counts as the same. */
export function sameFile(a: FileStamp, b: FileStamp): boolean {
  return fileKey(a) === fileKey(b);
}

/** The id of the store of a target directory in which cargo has built nothing. */
const FIRST_ID = '0123456789abcdef';

/** Are there units, in `debug` or `x86_64-unknown-linux-gnu/debug`, in either of cargo's layouts? */
async function holdsUnits(targetDirectory: string): Promise<boolean> {
  const names = async (directory: string): Promise<string[]> =>
    (await readdir(directory, { withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(directory, entry.name));
  for (const directory of await names(targetDirectory)) {
    const inner = await names(directory);
    const places = [directory, ...inner].flatMap((place) => [
      join(place, '.fingerprint'),
      join(place, 'build'),
    ]);
    if (places.some((place) => existsSync(place))) return true;
  }
  return false;
}

/** Records of units and build-script runs of one target directory. */
export class RecordStore {
  /** Part of the `rustc -vV` that cargo sees: with another store, cargo builds other units. */
  readonly id: string;
  readonly root: string;
  private readonly key: Buffer;

  private constructor(root: string, id: string, key: Buffer) {
    this.root = root;
    this.id = id;
    this.key = key;
  }

  /** Opens the store in `root`, or creates it. Throws errors of the file system. */
  static async open(root: string): Promise<RecordStore> {
    const path = join(root, 'id');
    let id = await readText(path);
    const { key, isNew } = openKey(root);
    if (isNew) id = undefined;
    if (id === undefined || !/^[0-9a-f]{16}$/.test(id)) {
      // Cargo's hashes contain the id: after `cargo clean` the same id makes units that are equal byte for byte, whose
      // facts are in the user's cache. When cargo has units, the store was lost, and they have to be built again.
      id = (await holdsUnits(dirname(root))) ? randomBytes(8).toString('hex') : FIRST_ID;
      await writeAtomically(
        join(root, 'CACHEDIR.TAG'),
        'Signature: 8a477f597d28d172789f06886806bc55\n',
      );
      await writeAtomically(path, id);
      // Two checks may start at once: the last rename wins for both.
      id = (await readText(path)) ?? id;
    }
    return new RecordStore(root, id, key);
  }

  /** Reads the unit records; damaged ones and those of another version are left out (their units are built again). */
  async units(): Promise<UnitRecord[]> {
    return readRecords<UnitRecord>(join(this.root, 'units'), this.root);
  }

  /** Reads the records of build-script runs, as {@link units}. */
  async buildScripts(): Promise<BuildScriptRecord[]> {
    return readRecords<BuildScriptRecord>(join(this.root, 'build-scripts'), this.root);
  }

  /** Writes a unit's record; resolves when it is on disk. */
  async putUnit(record: UnitRecord): Promise<void> {
    await writeAtomically(this.#unitPath(record), encodeRecord(record, this.root));
  }

  /** Removes the record of a unit whose files `by` has overwritten; does nothing when both are the same unit. */
  async replaceUnit(record: UnitRecord, by: UnitRecord): Promise<void> {
    const path = this.#unitPath(record);
    if (path !== this.#unitPath(by)) await rm(path, { force: true });
  }

  #unitPath(record: UnitRecord): string {
    const key = digest([
      record.packageId,
      record.outDir,
      record.crateName,
      record.extraFilename,
      record.kind,
      record.sourcePath,
    ]);
    return join(this.root, 'units', `${key}.record`);
  }

  private hasKey(): boolean {
    try {
      return this.key.equals(readRegularFile(keyPath(this.root)));
    } catch {
      return false;
    }
  }

  /** Removes records that changed since a time, in nanoseconds, and that no check wrote; returns their paths. */
  async removeForged(since: bigint): Promise<string[]> {
    const forged: string[] = [];
    for (const kind of ['units', 'build-scripts', 'failures', 'traces']) {
      const directory = join(this.root, kind);
      for (const name of await readdir(directory).catch(() => [])) {
        const path = join(directory, name);
        const stamp = await stampOf(path);
        if (!name.endsWith('.record') || stamp === undefined || BigInt(stamp.ctime) < since)
          continue;
        try {
          decodeRecord(readRegularFile(path, MAX_RECORD).toString(), this.root);
        } catch {
          await rm(path, { recursive: true, force: true });
          forged.push(path);
        }
      }
    }
    if (!this.hasKey()) forged.push(keyPath(this.root));
    return forged;
  }

  /** Resolves to what tells the recorded run of a build script from others; undefined without a record. */
  async identityOfRun(outDir: string): Promise<string | undefined> {
    const stamp = await stampOf(this.#scriptPath(outDir));
    return stamp === undefined ? undefined : fileKey(stamp);
  }

  /** Reads what was seen of programs, as {@link units}. */
  async traces(): Promise<TraceRecord[]> {
    return readRecords<TraceRecord>(join(this.root, 'traces'), this.root);
  }

  /** Writes what was seen of a program; resolves when it is on disk. */
  async putTrace(given: Omit<TraceRecord, 'version'>): Promise<void> {
    const record: TraceRecord = { version: UNIT_RECORD_VERSION, ...given };
    const path = join(this.root, 'traces', `${digest([record.name])}.record`);
    await writeAtomically(path, encodeRecord(record, this.root));
  }

  /** Removes the record of a run of a build script. */
  async removeBuildScript(outDir: string): Promise<void> {
    await rm(this.#scriptPath(outDir), { force: true });
  }

  #scriptPath(outDir: string): string {
    return join(this.root, 'build-scripts', `${digest([outDir])}.record`);
  }

  /** Reads, by name, the cause of each compilation that failed because a build script is held ({@link FailureRecord}). */
  async failures(): Promise<ReadonlyMap<string, string>> {
    const records = await readRecords<FailureRecord>(join(this.root, 'failures'), this.root);
    return new Map(records.map(({ name, cause }) => [name, cause]));
  }

  /** Writes a failure; resolves when it is on disk. */
  async putFailure(name: string, cause: string): Promise<void> {
    const record: FailureRecord = { version: UNIT_RECORD_VERSION, name, cause };
    await writeAtomically(this.#failurePath(name), encodeRecord(record, this.root));
  }

  /** Removes the record of a failure. */
  async removeFailure(name: string): Promise<void> {
    await rm(this.#failurePath(name), { force: true });
  }

  #failurePath(name: string): string {
    return join(this.root, 'failures', `${name}.record`);
  }

  /** Writes the record of a run, named by its OUT_DIR; resolves when it is on disk. */
  async putBuildScript(record: BuildScriptRecord): Promise<void> {
    await writeAtomically(this.#scriptPath(record.outDir), encodeRecord(record, this.root));
  }
}

/** Returns a short hash of texts, for names and comparisons. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

/** A record is a line of JSON and a line with its seal: records that no check wrote do not count. */
function encodeRecord(
  record: UnitRecord | BuildScriptRecord | FailureRecord | TraceRecord,
  root: string,
): string {
  const json = JSON.stringify(record);
  return `${json}\n${sealOf(json, root).toString('hex')}\n`;
}

/** The seal proves that a check wrote the record; the caller compares its version, which defines the fields. */
function decodeRecord(text: string, root: string): { readonly version?: unknown } {
  const [json, hash, ...rest] = text.split('\n');
  if (json === undefined || hash !== sealOf(json, root).toString('hex') || rest.join('') !== '')
    throw new Error('the record is damaged');
  return JSON.parse(json);
}

/** A record names each source and each link input of a unit. */
const MAX_RECORD = 2 ** 29;

async function readText(path: string): Promise<string | undefined> {
  try {
    return readRegularFile(path, MAX_RECORD).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Records that are read before other tasks run. */
const RECORDS_AT_ONCE = 16;

async function readRecords<T extends UnitRecord | BuildScriptRecord | FailureRecord | TraceRecord>(
  directory: string,
  root: string,
): Promise<T[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const records: T[] = [];
  for (const [index, name] of names.filter((name) => name.endsWith('.record')).entries()) {
    if (index % RECORDS_AT_ONCE === RECORDS_AT_ONCE - 1) await setImmediate();
    try {
      const text = readRegularFile(join(directory, name), MAX_RECORD).toString();
      const record = decodeRecord(text, root);
      if (record.version === UNIT_RECORD_VERSION) records.push(record as T);
    } catch {
      // A damaged record counts as absent: its unit is built again.
    }
  }
  return records;
}
