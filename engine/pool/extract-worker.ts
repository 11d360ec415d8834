import { basename } from 'node:path';
import { type MadeOf, memberOf, remainderOf } from '../extract/remainders.ts';
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

/** A request to extract a link input's facts, with the places where they are stored. */
export interface FactsRequest {
  /** One file, or several objects, none of them empty, which are read as one archive. */
  readonly paths: readonly [string, ...string[]];
  /** False for objects of the standard library, which need no places: no package owns their files. */
  readonly debugInfo: boolean;
  /** Directories of stores to search and to write to. A later one is used when an earlier one is not usable. */
  readonly stores: readonly string[];
  /** A second-level store, searched last. Facts that are found there or newly made are kept in both levels. */
  readonly second?: string | undefined;
  /** The libraries of one of which rustc may have made the input (rule 9.15). */
  readonly libraries?: readonly string[] | undefined;
}

/** Extracts one link input into a facts file that is named by content. */
export interface ExtractJob extends FactsRequest {
  readonly kind: 'extract';
}

/** Extracts several link inputs: the objects of one link. */
export interface ExtractAllJob {
  readonly kind: 'extract-all';
  readonly requests: readonly FactsRequest[];
}

/** Scans the sources of a unit, and hashes its sources and outputs. */
export interface SourcesJob extends SourcesOfUnit {
  readonly kind: 'sources';
  readonly outputs: readonly string[];
}

/** What a unit's sources contain, and the hashes of its sources and outputs. */
export interface SourcesResult {
  readonly hits: readonly KeywordHit[];
  /** Places of empty `extern` blocks, which the compiler's lint reports too. */
  readonly empty: readonly SourcePosition[];
  /** The foreign files that the unit reads as data. */
  readonly data: readonly string[];
  readonly macros: UnitMacros;
  readonly contents: readonly Content[];
}

/** Hashes a file or directory. With `debugInfo`, the hash is the one that names the file's facts. */
export interface ContentJob {
  readonly kind: 'content';
  readonly path: string;
  readonly debugInfo?: boolean;
}

/** Hashes everything that a build script makes cargo watch, up to a common limit. */
export interface WatchedJob {
  readonly kind: 'watched';
  readonly paths: readonly string[];
}

type Job = ExtractJob | ExtractAllJob | SourcesJob | ContentJob | WatchedJob;

/** Largest input in bytes: the parsers' offsets are 32 bits wide. */
const MAX_LINKED = 2 ** 32;

/** The result of a request: the hash that names the facts, and how much work there was. */
export interface ExtractedFacts {
  readonly facts: string;
  readonly bytes: number;
  readonly members: number;
  /** Bytes of facts written to the first level. */
  readonly factsBytes: number;
  /** False when the store had the facts already. */
  readonly extracted: boolean;
  /** True when only the second level had them. */
  readonly fromSecond: boolean;
  /** Of which of the request's libraries it was made. */
  readonly madeOf?: MadeOf | undefined;
}

/** Entry point for Piscina: runs one job and resolves to its result. Errors name the file and the member. */
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

/** Returns the error for the file at fault, when several were read together. */
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
  { paths, debugInfo, stores, second: lower, libraries }: FactsRequest,
  watch: Stopwatch,
): Promise<ExtractedFacts> {
  const madeOf = libraries && madeOfOne(input, paths[0], libraries);
  const hash = factsHash(input.bytes, debugInfo);
  const targets = stores.map((store) => factsPath(store, hash));
  const second = lower === undefined ? [] : [factsPath(lower, hash)];
  watch.lap('extract');
  const stored = readStored([...targets, ...second]);
  if (stored !== undefined) {
    const fromSecond = second.includes(stored.path);
    // Copied, not linked: a program that can write in the target directory must not reach the user's cache.
    if (fromSecond) await writeFirst(targets, stored.bytes);
    return {
      facts: hash,
      bytes: input.size,
      members: stored.members,
      factsBytes: fromSecond ? stored.bytes.length : 0,
      extracted: false,
      fromSecond,
      madeOf,
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
    madeOf,
  };
}

function madeOfOne(input: FileInput, path: string, libraries: readonly string[]): MadeOf {
  return path.endsWith('.rlib')
    ? remainderOf(input, libraries)
    : memberOf(input, basename(path), libraries);
}

/** Returns stored facts; undefined when there are none that can be used. */
function readStored(
  paths: readonly string[],
): { path: string; bytes: Buffer; members: number } | undefined {
  for (const path of paths) {
    try {
      const bytes = readFacts(path);
      return { path, bytes, members: countMembers(bytes) };
    } catch {
      // Missing, truncated or of another version: in any doubt the facts are extracted again.
    }
  }
  return undefined;
}

/** Writes to the first of the paths that is writable. Throws the last path's error when none is. */
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
