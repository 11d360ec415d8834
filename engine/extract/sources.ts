import { basename, dirname, extname, join, resolve } from 'node:path';
import { bytesHash } from '../facts/content.ts';
import type { Content, KeywordHit, UnitMacros } from '../facts/unit-record.ts';
import type { SourceHits } from '../parsers/module.ts';
import { namesOfFiles, scanSource } from '../parsers/parsers.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import { MacrosOfUnit } from './macros.ts';
import { sourceTree } from './source-tree.ts';

/** Bytes; more than any source has, since `include_bytes!` reads large files. */
const MAX_SOURCE = 2 ** 31;

/** The files that rustc read for a unit. */
export interface SourcesOfUnit {
  /** The file of its root module. */
  readonly root: string;
  /** The cfg settings by which rustc leaves code out, one a line; empty when they are not known. */
  readonly cfg: string;
  readonly files: readonly string[];
  /** Files that lie in other packages' directories. */
  readonly foreign: readonly string[];
  /** Directory of the unit's package. */
  readonly directory: string;
}

/** A place in a source; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The scan of one file; `names` is empty unless the unit has foreign files. */
interface Scanned {
  readonly hash: string;
  readonly hits: SourceHits;
  readonly names: readonly string[];
}

/**
 * Scans the sources of a unit: keywords (`hits`), empty `extern` blocks, foreign files that are only read as data, macros,
 * and the hash of each file. Throws an Error for a file that cannot be read.
 */
export function scanSources({ root, cfg, files, foreign, directory }: SourcesOfUnit): {
  hits: KeywordHit[];
  empty: SourcePosition[];
  data: string[];
  macros: UnitMacros;
  contents: Content[];
} {
  const scanned = new Map<string, Scanned>();
  const scan = (file: string, settings: string): Scanned => {
    const bytes = readSource(file);
    const hits = scanSource(bytes, settings);
    const names = hits.ok && foreign.length > 0 ? namesOfFiles(bytes) : [];
    const found = { hash: bytesHash(bytes), hits, names };
    scanned.set(file, found);
    return found;
  };
  // Code that rustc leaves out does not count, in files that rustc sees before any macro.
  sourceTree(root, files, (file) => (scanned.get(file) ?? scan(file, cfg)).hits.modules);
  for (const file of files) if (!scanned.has(file)) scan(file, '');

  const data = dataAmong(foreign, scanned, directory);
  const hits: KeywordHit[] = [];
  const empty: SourcePosition[] = [];
  const contents: Content[] = [];
  const macros = new MacrosOfUnit();
  for (const file of files) {
    const { hash, hits: found } = scanned.get(file) as Scanned;
    contents.push({ path: file, hash });
    if (!found.ok || data.has(file)) continue;
    for (const [i, kind] of found.kind.entries()) {
      const place = { file, line: found.line[i] as number, column: found.column[i] as number };
      if (kind === 3) empty.push(place);
      else hits.push({ keyword: kind === 1 ? 'extern' : 'unsafe', ...place, foundBy: 'token' });
    }
    for (const json of found.macros) macros.add(file, json);
  }
  return { hits, empty, data: [...data], macros: macros.all(), contents };
}

function readSource(file: string): Buffer {
  try {
    return readRegularFile(file, MAX_SOURCE);
  } catch (error) {
    throw new Error(`cannot read ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The suspects that a source reads as data, and that nothing in the unit's sources may read in another way. */
function dataAmong(
  suspects: readonly string[],
  scanned: ReadonlyMap<string, Scanned>,
  directory: string,
): Set<string> {
  const read = new Set<string>();
  for (const [file, { hits }] of scanned)
    for (const text of hits.texts)
      read.add(
        text.startsWith('\u0001') ? join(directory, text.slice(1)) : resolve(dirname(file), text),
      );
  const candidates = new Set(suspects.filter((file) => read.has(file)));
  const named = new Set<string>();
  for (const [file, { names }] of scanned)
    if (!candidates.has(file)) for (const name of names) named.add(name);
  const mayBeSource = (candidate: string): boolean => {
    const name = basename(candidate);
    const stem = name === 'mod.rs' ? basename(dirname(candidate)) : basename(name, extname(name));
    // A name with other characters is not searched for in the sources.
    const isPlain = /^[\w.\-\u0080-\u{10ffff}]+$/u.test(name);
    return named.has('\u0002') || named.has(`\u0001${stem}`) || named.has(name) || !isPlain;
  };
  return new Set([...candidates].filter((candidate) => !mayBeSource(candidate)));
}
