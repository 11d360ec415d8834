import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exports } from '../config/exports.ts';
import { writeAtomically } from '../facts/files.ts';
import { sealOf } from '../facts/seal.ts';
import { fileKey, stampOf } from '../facts/store.ts';
import { UNIT_RECORD_VERSION, type UnitRecord } from '../facts/unit-record.ts';
import { readRegularFile } from '../regular-file.ts';
import * as z from '../schemas.ts';
import { ANSWER_VERSION } from '../verdicts/stored-answers.ts';

/** Bump when the file's layout changes. */
const VERSION = 1;

const schema = z.object({
  version: z.string(),
  /** Files of the configuration by which they were judged, with hashes of their contents. */
  config: z.array(z.tuple([z.string(), z.string()])),
  /** The linked files, with their states. */
  macros: z.array(z.tuple([z.string(), z.string()])),
});

/** What decides a judgement besides the files: another version of cackle may find more. */
const version = `${VERSION} ${UNIT_RECORD_VERSION} ${ANSWER_VERSION}`;

/**
 * The proc macros of a target directory that may be loaded. cargo's messages name those that are fresh, and an editor loads them
 * without us (rule 13.4): so before cargo says anything, each of them is as it was judged by the configuration in force, or it is gone.
 */
export class JudgedMacros {
  /** Those of this run, by path. */
  private readonly found = new Set<string>();
  private readonly root: string;

  /** `root` is the directory of the store. */
  constructor(root: string) {
    this.root = root;
  }

  /** Resolves to whether all that were judged before this run are as they were then, by this configuration. */
  async areAsJudged(configFile: string): Promise<boolean> {
    return (await this.kept(configFile)) !== undefined;
  }

  private async kept(configFile: string): Promise<readonly string[] | undefined> {
    let kept: z.infer<typeof schema>;
    try {
      const [json = '', seal] = readRegularFile(fileIn(this.root)).toString().split('\n');
      if (seal !== sealOf(json, this.root).toString('hex')) return undefined;
      kept = schema.parse(JSON.parse(json));
    } catch {
      return undefined;
    }
    if (kept.version !== version || kept.config[0]?.[0] !== configFile) return undefined;
    if (kept.config.some(([file, hash]) => hashOf(file) !== hash)) return undefined;
    for (const [path, state] of kept.macros) {
      const now = this.found.has(path) ? undefined : await stateOf(path);
      // What is gone, cargo builds and has us judge again.
      if (now !== undefined && now !== state) return undefined;
    }
    return kept.macros.map(([path]) => path);
  }

  /** Adds a macro that was judged and may be loaded. */
  add({ outputs }: UnitRecord): void {
    for (const { path } of outputs) if (path.endsWith('.so')) this.found.add(path);
  }

  /**
   * Keeps what was judged, by the configuration whose hash was `read` at the start. Where only those of this run were judged, it is
   * kept with those before it, as long as these still hold; else nothing is.
   */
  async keep(
    { configFile, exports, read }: JudgedBy,
    { areAll }: { readonly areAll: boolean },
  ): Promise<void> {
    const before = areAll ? [] : await this.kept(configFile);
    const files = [configFile, ...[...exports.exporting.values()].map(({ file }) => file)];
    const config = files.map((file) => [file, hashOf(file)]);
    if (before === undefined || config[0]?.[1] !== read) {
      await rm(fileIn(this.root), { force: true });
      return;
    }
    const macros: [string, string][] = [];
    for (const path of new Set([...before, ...this.found])) {
      const state = await stateOf(path);
      if (state !== undefined) macros.push([path, state]);
    }
    const json = JSON.stringify({ version, config, macros });
    const seal = sealOf(json, this.root).toString('hex');
    await writeAtomically(fileIn(this.root), `${json}\n${seal}\n`);
  }
}

/** The configuration by which macros were judged. */
export interface JudgedBy {
  readonly configFile: string;
  readonly exports: Exports;
  /** Hash of cackle.toml when it was read. */
  readonly read: string;
}

const fileIn = (root: string): string => join(root, 'judged-macros');

/** Returns the hash of a file's content; a text that is no hash where it cannot be read. */
export function hashOf(file: string): string {
  try {
    return createHash('sha256').update(readRegularFile(file)).digest('hex');
  } catch {
    return 'none';
  }
}

async function stateOf(path: string): Promise<string | undefined> {
  const stamp = await stampOf(path);
  return stamp && `${fileKey(stamp)} ${stamp.ctime}`;
}
