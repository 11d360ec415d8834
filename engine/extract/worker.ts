import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { countMembers } from '../facts/codec.ts';
import { factsPath, writeAtomically } from '../facts/files.ts';
import type { KeywordHit } from '../facts/unit-record.ts';
import { ExtractError } from '../parsers/module.ts';
import { extractFacts, scanSource } from '../parsers/parsers.ts';
import { Stopwatch, type Timed } from '../spans.ts';

/** Extract one link input into a facts file named by content. */
export interface ArtefactJob {
  readonly kind: 'artefact';
  readonly path: string;
  /** The standard library's own objects need no places: their files are nobody's. */
  readonly debugInfo: boolean;
  /** Directories of stores to look in and to write to; a later one is for when the earlier cannot be used. */
  readonly stores: readonly string[];
  /** A second level, looked into last; what is found there or made is kept in both. */
  readonly second?: string | undefined;
}

/** Scan the sources of a unit for keywords. */
export interface SourcesJob {
  readonly kind: 'sources';
  readonly files: readonly string[];
}

/** What became of an artefact: the hash that names its facts, and how much there was to do. */
export interface ArtefactResult {
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
export default async function run(
  job: ArtefactJob | SourcesJob,
): Promise<Timed<ArtefactResult | KeywordHit[]>> {
  const watch = new Stopwatch();
  const value =
    job.kind === 'artefact' ? await extractArtefact(job, watch) : await scanSources(job.files);
  watch.lap(job.kind === 'artefact' ? 'store' : 'scan');
  return { value, spans: watch.spans };
}

async function extractArtefact(job: ArtefactJob, watch: Stopwatch): Promise<ArtefactResult> {
  const bytes = await readFile(job.path).catch((error: Error) => {
    throw new ExtractError(`cannot read ${job.path}: ${error.message}`);
  });
  const hash = createHash('sha256')
    .update(bytes)
    .update(job.debugInfo ? 'd' : 'n')
    .digest('hex')
    .slice(0, 40);
  const targets = job.stores.map((store) => factsPath(store, hash));
  const second = job.second === undefined ? [] : [factsPath(job.second, hash)];
  watch.lap('extract');
  const stored = await readStored([...targets, ...second]);
  if (stored !== undefined) {
    const fromSecond = second.includes(stored.path);
    // Copied, not linked: what can write in the target directory must not reach the user's cache.
    if (fromSecond) await writeFirst(targets, stored.bytes);
    return {
      facts: hash,
      bytes: bytes.length,
      members: stored.members,
      factsBytes: fromSecond ? stored.bytes.length : 0,
      extracted: false,
      fromSecond,
    };
  }
  watch.lap('store');
  try {
    const encoded = Buffer.from(extractFacts(bytes, job.debugInfo).buffer);
    watch.lap('extract');
    await writeFirst(targets, encoded);
    // The user's cache may be read-only or full.
    for (const path of second) await writeAtomically(path, encoded).catch(() => undefined);
    return {
      facts: hash,
      bytes: bytes.length,
      members: countMembers(encoded),
      factsBytes: encoded.length,
      extracted: true,
      fromSecond: false,
    };
  } catch (error) {
    if (error instanceof ExtractError)
      throw new ExtractError(`cannot read ${job.path}: ${error.message}`);
    throw error;
  }
}

/** Facts that are stored already; undefined when there are none that can be used. */
async function readStored(
  paths: readonly string[],
): Promise<{ path: string; bytes: Buffer; members: number } | undefined> {
  for (const path of paths) {
    try {
      const bytes = await readFile(path);
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
      return await writeAtomically(path, content);
    } catch (error) {
      if (i === paths.length - 1) throw error;
    }
  }
}

async function scanSources(files: readonly string[]): Promise<KeywordHit[]> {
  const hits: KeywordHit[] = [];
  for (const file of files) {
    const found = scanSource(await readFile(file));
    if (!found.ok) continue;
    found.kind.forEach((kind, i) => {
      hits.push({
        keyword: kind === 1 ? 'extern' : 'unsafe',
        file,
        line: found.line[i] as number,
        column: found.column[i] as number,
        foundBy: 'token',
      });
    });
  }
  return hits;
}
