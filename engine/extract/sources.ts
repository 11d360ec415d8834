import { basename, dirname, extname, join, resolve } from 'node:path';
import { bytesHash } from '../facts/content.ts';
import type { Content, KeywordHit, UnitMacros } from '../facts/unit-record.ts';
import { mayName, scanSource } from '../parsers/parsers.ts';
import { readRegularFile } from '../regular-file.ts';
import { MacrosOfUnit } from './macros.ts';

/** `include_bytes!` reads what is larger than any source. */
const MAX_SOURCE = 2 ** 31;

/** The files that rustc read for a unit. */
export interface SourcesOfUnit {
  readonly files: readonly string[];
  /** Those that lie in other packages' directories. */
  readonly foreign: readonly string[];
  /** Directory of the unit's package. */
  readonly directory: string;
}

/** A text of a file, and the paths of the files that it reads as data. */
interface Scanned {
  readonly file: string;
  readonly bytes: Buffer;
  readonly texts: readonly string[];
}

/** What the sources of a unit say, and which of the foreign ones are none. Throws for a file that cannot be read. */
export function scanSources({ files, foreign, directory }: SourcesOfUnit): {
  hits: KeywordHit[];
  data: string[];
  macros: UnitMacros;
  contents: Content[];
} {
  const hits: KeywordHit[] = [];
  const contents: Content[] = [];
  const scanned: Scanned[] = [];
  const said = new Map<string, readonly string[]>();
  const suspects = new Set(foreign);
  for (const file of files) {
    const bytes = readSource(file);
    contents.push({ path: file, hash: bytesHash(bytes) });
    const found = scanSource(bytes);
    if (!found.ok) continue;
    said.set(file, found.macros);
    if (suspects.size > 0) scanned.push({ file, bytes, texts: found.texts });
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
  const data = dataAmong(suspects, scanned, directory);
  const isSource = ({ file }: KeywordHit): boolean => !data.has(file);
  const macros = new MacrosOfUnit();
  for (const [file, readings] of said)
    if (!data.has(file)) for (const json of readings) macros.add(file, json);
  return { hits: hits.filter(isSource), data: [...data], macros: macros.all(), contents };
}

function readSource(file: string): Buffer {
  try {
    return readRegularFile(file, MAX_SOURCE);
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** The suspects that a source reads as data, where nothing in the unit's sources may read them in another way. */
function dataAmong(
  suspects: ReadonlySet<string>,
  scanned: readonly Scanned[],
  directory: string,
): Set<string> {
  const read = new Set(
    scanned.flatMap(({ file, texts }) =>
      texts.map((text) =>
        text.startsWith('\u0001') ? join(directory, text.slice(1)) : resolve(dirname(file), text),
      ),
    ),
  );
  const candidates = [...suspects].filter((file) => read.has(file));
  const isNamed = (candidate: string): boolean => {
    const name = basename(candidate);
    const stem = name === 'mod.rs' ? basename(dirname(candidate)) : basename(name, extname(name));
    return scanned.some(
      ({ file, bytes }) => !candidates.includes(file) && mayName(bytes, name, stem),
    );
  };
  return new Set(candidates.filter((candidate) => !isNamed(candidate)));
}
