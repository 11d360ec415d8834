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

/** What a verdict used from the store. */
export interface TakenFromStore {
  readonly facts: Set<string>;
  /** Files of stored answers. */
  readonly answers: Set<string>;
}

/** The facts of an input: the hash that names them, and the file's state when it was read. */
export interface InputFacts {
  readonly facts: string;
  readonly stamp: FileStamp | undefined;
  /** Of which library it was made, where that was asked. */
  readonly madeOf?: ExtractedFacts['madeOf'];
}

/**
 * Extracts the facts of link inputs, of each file once in a check. Facts of the sysroot go to the store that targets
 * share.
 */
export class Inputs {
  objectsExtracted = 0;
  /** Number of objects whose facts were in the user's cache but not in the target directory. */
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

  /** Resolves to the facts of what rustc made of one of the libraries for a link, or of a file that pretends to be it. */
  async copy(path: string, libraries: readonly string[]): Promise<InputFacts> {
    const isOfToolchain = libraries.every((library) => isSysroot(library, this.workspace));
    const request = { ...this.request([path]), debugInfo: !isOfToolchain, libraries };
    const { facts, madeOf } = await this.made(request);
    return { facts, stamp: undefined, madeOf };
  }

  /** Resolves to the facts of an archive or rlib, which stays in its place. */
  archive(path: string): Promise<InputFacts> {
    let facts = this.pending.get(path);
    if (facts === undefined) {
      facts = this.readArchive(path);
      // The code that needs the facts awaits them and gets the error; until then it is unhandled.
      facts.catch(() => undefined);
      this.pending.set(path, facts);
    }
    return facts;
  }

  /**
   * Resolves to the facts of objects that are removed when their linker returns: a hash for each group that is read
   * together.
   */
  async objects(groups: readonly (readonly [string, ...string[]])[]): Promise<readonly string[]> {
    const results = await this.pools
      .extractAll(groups.map((paths) => this.request(paths)))
      .catch((error: Error) => {
        throw cannotExtract(error);
      });
    return results.map((result) => this.count(result));
  }

  /**
   * Resolves to the facts of an archive, extracted again because they were lost; undefined when the file has changed.
   */
  restore({ path, facts, kind, own }: LinkInput): Promise<string | undefined> {
    if (kind !== 'archive' || own) return Promise.resolve(undefined);
    let made = this.restored.get(path);
    if (made === undefined) {
      made = this.extract(path).catch(() => undefined);
      this.restored.set(path, made);
    }
    return made.then((found) => (found === facts ? found : undefined));
  }

  /** Forgets an archive that is about to be overwritten. */
  renewed(path: string): void {
    this.pending.delete(path);
  }

  /** The store of the target directory. */
  get root(): string {
    return this.location.root;
  }

  /** Returns the path of the facts file of an input, and adds it to `used`. */
  pathOf(input: string, facts: string, used = this.usedFacts): string {
    used.add(facts);
    return factsFile(this.location, this.workspace, input, facts);
  }

  /** Returns the paths of the facts files of everything that units left or linked, each once. */
  factsFiles(units: Iterable<UnitRecord>): Set<string> {
    const files = [...units].flatMap(({ archives, links }) =>
      [...archives, ...links.flatMap((link) => link.inputs)].map(({ path, facts }) =>
        this.pathOf(path, facts),
      ),
    );
    return new Set(files);
  }

  /** Records that a stored answer was used or created. */
  answered(file: string): void {
    this.usedAnswers.add(file);
  }

  /** Records what an early verdict took from the store, when the verdict is used. */
  uses({ facts, answers }: TakenFromStore): void {
    for (const hash of facts) this.usedFacts.add(hash);
    for (const file of answers) this.usedAnswers.add(file);
  }

  /** Returns the parts of the store with a size limit, and what this check used of them. */
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
    return (await this.made(this.request([path]))).facts;
  }

  private async made(request: FactsRequest): Promise<ExtractedFacts> {
    const result = await this.pools.extract(request).catch((error: Error) => {
      throw cannotExtract(error);
    });
    this.count(result);
    return result;
  }

  /** Either all files of one request belong to the toolchain, or none does. */
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

/**
 * Returns the error for an input that cannot be read, with what to do about it; the error of a failed write has that
 * already.
 */
function cannotExtract(error: Error): CheckError {
  const help = isUnreadable(error)
    ? 'what cannot be read cannot be judged: if cargo made that file, remove it and check again; otherwise leave it out of the link'
    : undefined;
  return new CheckError(error.message, help, { cause: error });
}

/** Returns the path of the facts file of an input. */
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

/**
 * Returns the stores for an input. The shared store is in the user's cache, which may be missing, read-only or full,
 * so it is never required.
 */
function storesOf(location: StoreLocation, workspace: Workspace, path: string): string[] {
  const own = `${location.root}/facts`;
  const { shared } = location;
  return shared !== undefined && isSysroot(path, workspace) ? [shared, own] : [own];
}

/** Removes damaged facts, which would otherwise be found by their names and taken for complete. */
export async function removeFacts(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true, recursive: true })));
}
