import { type SourcePosition, type SourcesOfUnit, scanSources } from '../extract/sources.ts';
import { countMembers } from '../facts/codec.ts';
import { contentHash, contentHashes, factsHash, type TooMuch } from '../facts/content.ts';
import { factsPath } from '../facts/files.ts';
import { readFacts, writeFacts } from '../facts/seal.ts';
import type { Content, KeywordHit, UnitMacros } from '../facts/unit-record.ts';
import { FileInput } from '../parsers/file-input.ts';
import { ExtractError } from '../parsers/module.ts';
import { readRegularFile } from '../regular-file.ts';
import { Stopwatch, type Timed } from '../trace/spans.ts';
import { unreadable } from './unreadable.ts';

/** A link input, and where its facts are kept. */
export interface FactsRequest {
  /** One file; or objects, none of them empty, which are read as one archive. */
  readonly paths: readonly [string, ...string[]];
  /** The standard library's own objects need no places: their files are nobody's. */
  readonly debugInfo: boolean;
  /** Directories of stores to look in and to write to; a later one is for when the earlier cannot be used. */
  readonly stores: readonly string[];
  /** A second level, looked into last; what is found there or made is kept in both. */
  readonly second?: string | undefined;
}

/** Extract one link input into a facts file named by content. */
export interface ExtractJob extends FactsRequest {
  readonly kind: 'extract';
}

/** Extract several: the objects of one link. */
export interface ExtractAllJob {
  readonly kind: 'extract-all';
  readonly requests: readonly FactsRequest[];
}

/** Scan the sources of a unit, and hash them and what it left. */
export interface SourcesJob extends SourcesOfUnit {
  readonly kind: 'sources';
  readonly outputs: readonly string[];
}

/** What the sources of a unit say, and what they and its outputs held. */
export interface SourcesResult {
  readonly hits: readonly KeywordHit[];
  /** Where the compiler's lint sees an `extern` block in which nothing stands. */
  readonly empty: readonly SourcePosition[];
  /** Those of the foreign files that it reads as data. */
  readonly data: readonly string[];
  readonly macros: UnitMacros;
  readonly contents: readonly Content[];
}

/** Hash a file or directory; with `debugInfo`, as its facts are named. */
export interface ContentJob {
  readonly kind: 'content';
  readonly path: string;
  readonly debugInfo?: boolean;
}

/** Hash all that a build script has cargo watch, within one limit. */
export interface WatchedJob {
  readonly kind: 'watched';
  readonly paths: readonly string[];
}

type Job = ExtractJob | ExtractAllJob | SourcesJob | ContentJob | WatchedJob;

/** The parsers take no larger file: offsets are 32 bits wide. */
const MAX_LINKED = 2 ** 32;

/** What became of an request: the hash that names its facts, and how much there was to do. */
export interface ExtractedFacts {
  readonly facts: string;
  readonly bytes: number;
  readonly members: number;
  /** Bytes of facts that were written into the first level. */
  readonly factsBytes: number;
  /** False when the store had the facts already. */
  readonly extracted: boolean;
  /** They were in the second level alone. */
  readonly fromSecond: boolean;
}

/** Piscina's entry: one file in, facts on disk. Errors name the file and the member. */
export default async function run(job: Job): Promise<Timed<Result>> {
  const watch = new Stopwatch();
  const value = await answer(job, watch);
  watch.lap(job.kind === 'extract' || job.kind === 'extract-all' ? 'store' : 'scan');
  return { value, spans: watch.spans };
}

type Result = ExtractedFacts | ExtractedFacts[] | SourcesResult | string | string[] | TooMuch;

async function answer(job: Job, watch: Stopwatch): Promise<Result> {
  if (job.kind === 'extract') return extractFacts(job, watch);
  if (job.kind === 'extract-all') {
    const results: ExtractedFacts[] = [];
    for (const request of job.requests) results.push(await extractFacts(request, watch));
    return results;
  }
  if (job.kind === 'sources') {
    const { contents, ...said } = scanSources(job);
    return { ...said, contents: [...contents, ...hashOutputs(job.outputs)] };
  }
  if (job.kind === 'watched') return contentHashes(job.paths);
  if (job.debugInfo === undefined) return contentHash(job.path);
  try {
    return factsHash(readRegularFile(job.path, MAX_LINKED), job.debugInfo);
  } catch {
    return 'absent';
  }
}

async function extractFacts(request: FactsRequest, watch: Stopwatch): Promise<ExtractedFacts> {
  try {
    return await withInput(request.paths, (input) => factsOf(input, request, watch));
  } catch (error) {
    throw error instanceof ExtractError ? await atFault(request, error) : error;
  }
}

async function withInput<T>(
  paths: FactsRequest['paths'],
  use: (input: FileInput) => T | Promise<T>,
): Promise<T> {
  const input = new FileInput(paths);
  try {
    return await use(input);
  } finally {
    input.free();
  }
}

/** The error of the file that is at fault where several were read together. */
async function atFault(
  { paths, debugInfo }: FactsRequest,
  error: ExtractError,
): Promise<ExtractError> {
  for (const path of paths.length > 1 ? paths : []) {
    try {
      await withInput([path], (input) => input.extract(debugInfo));
    } catch (own) {
      return unreadable(`cannot read ${path}: ${(own as Error).message}`);
    }
  }
  return unreadable(`cannot read ${paths.join(', ')}: ${error.message}`);
}

async function factsOf(
  input: FileInput,
  { debugInfo, stores, second: lower }: FactsRequest,
  watch: Stopwatch,
): Promise<ExtractedFacts> {
  const hash = factsHash(input.bytes, debugInfo);
  const targets = stores.map((store) => factsPath(store, hash));
  const second = lower === undefined ? [] : [factsPath(lower, hash)];
  watch.lap('extract');
  const stored = readStored([...targets, ...second]);
  if (stored !== undefined) {
    const fromSecond = second.includes(stored.path);
    // Copied, not linked: what can write in the target directory must not reach the user's cache.
    if (fromSecond) await writeFirst(targets, stored.bytes);
    return {
      facts: hash,
      bytes: input.size,
      members: stored.members,
      factsBytes: fromSecond ? stored.bytes.length : 0,
      extracted: false,
      fromSecond,
    };
  }
  watch.lap('store');
  const encoded = Buffer.from(input.extract(debugInfo).buffer);
  watch.lap('extract');
  await writeFirst(targets, encoded);
  // The user's cache may be read-only or full.
  for (const path of second) await writeFacts(path, encoded).catch(() => undefined);
  return {
    facts: hash,
    bytes: input.size,
    members: countMembers(encoded),
    factsBytes: encoded.length,
    extracted: true,
    fromSecond: false,
  };
}

/** Facts that are stored already; undefined when there are none that can be used. */
function readStored(
  paths: readonly string[],
): { path: string; bytes: Buffer; members: number } | undefined {
  for (const path of paths) {
    try {
      const bytes = readFacts(path);
      return { path, bytes, members: countMembers(bytes) };
    } catch {
      // Absent, cut short or of another version: any doubt means that it is extracted again.
    }
  }
  return undefined;
}

/** Writes to the first of the paths that can be written. Throws what the last one gave. */
async function writeFirst(paths: readonly string[], content: Buffer): Promise<void> {
  for (const [i, path] of paths.entries()) {
    try {
      return await writeFacts(path, content);
    } catch (error) {
      if (i === paths.length - 1) throw error;
    }
  }
}

function hashOutputs(outputs: readonly string[]): Content[] {
  return outputs.map((path) => ({ path, hash: contentHash(path) }));
}
