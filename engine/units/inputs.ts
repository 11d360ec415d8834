import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { CheckError } from '../errors.ts';
import type { Limited } from '../facts/cache.ts';
import { factsPath } from '../facts/files.ts';
import { type StoreLocation, stampOf } from '../facts/store.ts';
import type { FileStamp, LinkInput, UnitRecord } from '../facts/unit-record.ts';
import type { ExtractedFacts, FactsRequest } from '../pool/extract-worker.ts';
import type { Pools } from '../pool/pools.ts';
import { isUnreadable } from '../pool/unreadable.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/** What a verdict took from the store. */
export interface TakenFromStore {
  readonly facts: Set<string>;
  /** Files of stored answers. */
  readonly answers: Set<string>;
}

/** The facts of an input: the hash that names them, and the file as it was read. */
export interface InputFacts {
  readonly facts: string;
  readonly stamp: FileStamp | undefined;
}

/** Turns link inputs into facts, each file once a check; the sysroot's go to the store that targets share. */
export class Inputs {
  objectsExtracted = 0;
  /** Objects whose facts the user's cache had, and the target directory not. */
  objectsFromCache = 0;
  bytesExtracted = 0;
  factsBytes = 0;
  private readonly usedFacts = new Set<string>();
  private readonly usedAnswers = new Set<string>();
  private written = 0;
  private readonly pending = new Map<string, Promise<InputFacts>>();
  private readonly restored = new Map<string, Promise<string | undefined>>();
  private readonly pools: Pools;
  private readonly records: Records;
  private readonly location: StoreLocation;
  private readonly workspace: Workspace;

  constructor(pools: Pools, records: Records, location: StoreLocation, workspace: Workspace) {
    this.workspace = workspace;
    this.pools = pools;
    this.records = records;
    this.location = location;
  }

  /** Facts of an archive or rlib, which stays where it is. */
  archive(path: string): Promise<InputFacts> {
    let facts = this.pending.get(path);
    if (facts === undefined) {
      facts = this.readArchive(path);
      // Whoever needs it awaits it and gets the error; until then nobody listens.
      facts.catch(() => undefined);
      this.pending.set(path, facts);
    }
    return facts;
  }

  /** Facts of objects that are gone when their linker returns, a hash for each group that is read as one. */
  async objects(groups: readonly (readonly [string, ...string[]])[]): Promise<readonly string[]> {
    const results = await this.pools
      .extractAll(groups.map((paths) => this.request(paths)))
      .catch((error: Error) => {
        throw cannotExtract(error);
      });
    return results.map((result) => this.count(result));
  }

  /** Facts of an archive that were lost, made again from the file where it is still the same; else undefined. */
  restore({ path, facts, kind, own }: LinkInput): Promise<string | undefined> {
    if (kind !== 'archive' || own) return Promise.resolve(undefined);
    let made = this.restored.get(path);
    if (made === undefined) {
      made = this.extract(path).catch(() => undefined);
      this.restored.set(path, made);
    }
    return made.then((found) => (found === facts ? found : undefined));
  }

  /** Forgets an archive that is about to be written anew. */
  renewed(path: string): void {
    this.pending.delete(path);
  }

  /** The store of the target directory. */
  get root(): string {
    return this.location.root;
  }

  /** The file that holds the facts of an input, which are noted in `used`. */
  pathOf(input: string, facts: string, used = this.usedFacts): string {
    used.add(facts);
    return factsFile(this.location, this.workspace, input, facts);
  }

  /** The files that hold the facts of all that units left or linked, each once. */
  factsFiles(units: Iterable<UnitRecord>): Set<string> {
    const files = [...units].flatMap(({ archives, links }) =>
      [...archives, ...links.flatMap((link) => link.inputs)].map(({ path, facts }) =>
        this.pathOf(path, facts),
      ),
    );
    return new Set(files);
  }

  /** Notes that a stored answer was used or made. */
  answered(file: string): void {
    this.usedAnswers.add(file);
  }

  /** Notes what was used when nobody had asked for it yet. */
  uses({ facts, answers }: TakenFromStore): void {
    for (const hash of facts) this.usedFacts.add(hash);
    for (const file of answers) this.usedAnswers.add(file);
  }

  /** The parts of the store whose size is limited, with what this check used of them. */
  limited(): Limited[] {
    const { root, shared, limit } = this.location;
    const at = (directory: string) =>
      [...this.usedFacts].map((facts) => factsPath(directory, facts));
    const own = { directory: root, parts: ['facts', 'answers'] };
    const user =
      shared === undefined ? [] : [{ directory: shared, parts: ['.'], used: at(shared) }];
    const levels = [{ ...own, used: [...at(`${root}/facts`), ...this.usedAnswers] }, ...user];
    return levels.map((level) => ({ ...level, limit, added: this.written }));
  }

  private levels(path: string): { stores: string[]; second: string | undefined } {
    const stores = storesOf(this.location, this.workspace, path);
    const { shared } = this.location;
    return { stores, second: shared !== undefined && stores.includes(shared) ? undefined : shared };
  }

  private async readArchive(path: string): Promise<InputFacts> {
    const known = await this.records.knownFacts(path);
    if (known !== undefined && existsSync(this.pathOf(path, known.facts))) return known;
    const stamp = await stampOf(path);
    return { facts: await this.extract(path), stamp };
  }

  private async extract(path: string): Promise<string> {
    const result = await this.pools.extract(this.request([path])).catch((error: Error) => {
      throw cannotExtract(error);
    });
    return this.count(result);
  }

  /** The files of one request are all of the toolchain, or none is. */
  private request(paths: readonly [string, ...string[]]): FactsRequest {
    const [path] = paths;
    return { paths, debugInfo: !isSysroot(path, this.workspace), ...this.levels(path) };
  }

  private count(result: ExtractedFacts): string {
    this.usedFacts.add(result.facts);
    this.written += result.factsBytes;
    if (result.fromSecond) this.objectsFromCache += result.members;
    if (result.extracted) {
      this.objectsExtracted += result.members;
      this.bytesExtracted += result.bytes;
      this.factsBytes += result.factsBytes;
    }
    return result.facts;
  }
}

/** Of an input that cannot be read, with what to do about it; a failed write says that itself. */
function cannotExtract(error: Error): CheckError {
  const help = isUnreadable(error)
    ? 'what cannot be read cannot be judged: if cargo made that file, remove it and check again; else leave it out of the link, or ask who made it'
    : undefined;
  return new CheckError(error.message, help, { cause: error });
}

/** The file that holds the facts of an input. */
export function factsFile(
  location: StoreLocation,
  workspace: Workspace,
  input: string,
  facts: string,
): string {
  const stores = storesOf(location, workspace, input);
  const paths = stores.map((store) => factsPath(store, facts));
  return paths.find((path) => existsSync(path)) ?? (paths.at(-1) as string);
}

/** The shared store is in the user's cache, which may be missing, read-only or full: never required. */
function storesOf(location: StoreLocation, workspace: Workspace, path: string): string[] {
  const own = `${location.root}/facts`;
  const { shared } = location;
  return shared !== undefined && isSysroot(path, workspace) ? [shared, own] : [own];
}

/** Damaged facts go away, or whoever finds them by name would take them for whole. */
export async function removeFacts(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true, recursive: true })));
}
