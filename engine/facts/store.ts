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
  UNIT_RECORD_VERSION,
  type UnitRecord,
} from './unit-record.ts';

/** Where facts and records live. */
export interface StoreLocation {
  /** `.cackle/` in the target directory, which `cargo clean` empties. */
  readonly root: string;
  /** Facts in the user's cache, by content: of the standard library, and a second level for all else. */
  readonly shared: string | undefined;
  /** Most bytes of facts in each of the two. */
  readonly limit: number;
}

/** The store's places for a target directory. Makes no directory. Throws an Error when CACKLE_CACHE is wrong. */
export function storeLocation(targetDirectory: string): StoreLocation {
  const { shared, limit } = cacheSetting();
  const directory = join(userCache(), 'facts');
  const path = relative(targetDirectory, directory);
  // What may write in the target directory, as a sandboxed rustc may, must not reach it.
  const apart = isAbsolute(path) || path.split('/')[0] === '..';
  return {
    root: join(targetDirectory, '.cackle'),
    shared: shared && apart ? directory : undefined,
    limit,
  };
}

/**
 * Size, times and inode of a file; undefined when it is not there. Asked at once: what the system knows of a file of the
 * build is in its memory, and a check asks hundreds of times.
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
 * The same for all hard links of one unchanged file. The inode alone would not do: a file system gives it to another file
 * soon.
 */
export function fileKey({ size, mtime, inode }: FileStamp): string {
  return `${inode} ${size} ${mtime}`;
}

/** True when both name an unchanged file; a hard link elsewhere counts as the same. */
export function sameFile(a: FileStamp, b: FileStamp): boolean {
  return fileKey(a) === fileKey(b);
}

/** Of the store of a target directory in which cargo has built nothing. */
const FIRST_ID = '0123456789abcdef';

/** Are there units, in `debug` or `x86_64-unknown-linux-gnu/debug`, in either layout of cargo's? */
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
  /** Goes into `rustc -vV` as cargo sees it: another store means other units. */
  readonly id: string;
  readonly root: string;
  private readonly key: Buffer;

  private constructor(root: string, id: string, key: Buffer) {
    this.root = root;
    this.id = id;
    this.key = key;
  }

  /** Opens the store in `root`, making it where it is missing. Errors of the file system pass through. */
  static async open(root: string): Promise<RecordStore> {
    const path = join(root, 'id');
    let id = await readText(path);
    const { key, isNew } = openKey(root);
    if (isNew) id = undefined;
    if (id === undefined || !/^[0-9a-f]{16}$/.test(id)) {
      // Cargo's hashes come from it: what is compiled after `cargo clean` is then the same, byte for byte, and its facts
      // are in the user's cache. Where cargo has units, the store was lost, and they have to be built again.
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

  /** Every readable unit record; what is damaged or of another version is left out (its unit is built again). */
  async units(): Promise<UnitRecord[]> {
    return readRecords<UnitRecord>(join(this.root, 'units'), this.root);
  }

  /** Every readable record of a build-script run. */
  async buildScripts(): Promise<BuildScriptRecord[]> {
    return readRecords<BuildScriptRecord>(join(this.root, 'build-scripts'), this.root);
  }

  /** Resolves when the record is on disk under its unit's name. */
  async putUnit(record: UnitRecord): Promise<void> {
    await writeAtomically(this.#unitPath(record), encodeRecord(record, this.root));
  }

  /** Resolves when a unit is not known any more, whose files `by` has written anew; nothing when both are the same unit. */
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

  /** Removes records that changed since a time, in nanoseconds, and are not ours or another check's; gives their paths. */
  async removeForged(since: bigint): Promise<string[]> {
    const forged: string[] = [];
    for (const kind of ['units', 'build-scripts', 'failures']) {
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

  /** Resolves when nothing is known of that run any more. */
  async removeBuildScript(outDir: string): Promise<void> {
    await rm(this.#scriptPath(outDir), { force: true });
  }

  #scriptPath(outDir: string): string {
    return join(this.root, 'build-scripts', `${digest([outDir])}.record`);
  }

  /** Of each compilation that failed for lack of what is held, by its name: what it was compiled of. */
  async failures(): Promise<ReadonlyMap<string, string>> {
    const records = await readRecords<FailureRecord>(join(this.root, 'failures'), this.root);
    return new Map(records.map(({ name, cause }) => [name, cause]));
  }

  /** Resolves when a failure is on disk. */
  async putFailure(name: string, cause: string): Promise<void> {
    const record: FailureRecord = { version: UNIT_RECORD_VERSION, name, cause };
    await writeAtomically(this.#failurePath(name), encodeRecord(record, this.root));
  }

  /** Resolves when nothing is known of a failure any more. */
  async removeFailure(name: string): Promise<void> {
    await rm(this.#failurePath(name), { force: true });
  }

  #failurePath(name: string): string {
    return join(this.root, 'failures', `${name}.record`);
  }

  /** Resolves when the output of the build script is on disk under its OUT_DIR's name. */
  async putBuildScript(record: BuildScriptRecord): Promise<void> {
    await writeAtomically(this.#scriptPath(record.outDir), encodeRecord(record, this.root));
  }
}

/** A short hash of texts, for names and comparisons. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

/** A record is a line of JSON and a line with its seal: what we did not write is not believed. */
function encodeRecord(
  record: UnitRecord | BuildScriptRecord | FailureRecord,
  root: string,
): string {
  const json = JSON.stringify(record);
  return `${json}\n${sealOf(json, root).toString('hex')}\n`;
}

/** The seal says that it is what we wrote; what its fields are, its version says. */
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

/** So many records are read before others have their turn. */
const RECORDS_AT_ONCE = 16;

async function readRecords<T extends UnitRecord | BuildScriptRecord | FailureRecord>(
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
      // As if it were not there: what it tells of is built again.
    }
  }
  return records;
}
