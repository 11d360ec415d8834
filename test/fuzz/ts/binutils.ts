// Objects as the program reads them, against readelf and addr2line: symbols, references, places.
import { decodeFacts } from '../../../engine/facts/codec.ts';
import {
  ENTITY_BIT,
  factString,
  NONE,
  NodeFlag,
  type ObjectFacts,
} from '../../../engine/facts/tables.ts';
import { FileInput } from '../../../engine/parsers/file-input.ts';
import { ExtractError } from '../../../engine/parsers/module.ts';
import { compareObject, generator, type Sampled } from '../../long/real/compare-places.ts';
import { addr2line } from '../../long/real/place-readers.ts';
import { readelf } from './readelf.ts';

/** What was compared. */
export interface Compared {
  files: number;
  /** Refused by the program, or read by readelf with a warning. */
  passedOver: number;
  symbols: number;
  references: number;
  /** References whose place and inlined calls were compared. */
  places: number;
  readonly differences: string[];
}

/**
 * Compares objects of compilers, and damaged ones, of which those are passed over that readelf warns of. Of damaged debug
 * info binutils makes something else than others do: its places are not compared.
 */
export function compare(intact: readonly string[], damaged: readonly string[]): Compared {
  const all: Compared = {
    files: 0,
    passedOver: 0,
    symbols: 0,
    references: 0,
    places: 0,
    differences: [],
  };
  const random = generator(15);
  for (const path of [...intact, ...damaged]) {
    const facts = factsOf(path);
    const theirs = facts && readelf(path);
    if (facts === undefined || theirs === undefined) {
      all.passedOver++;
      continue;
    }
    all.files++;
    all.symbols += theirs.defined.size + theirs.undefined.size;
    all.references += theirs.wanted.size;
    const ours = namesIn(facts);
    const differs = [
      ...difference('undefined', ours.undefined, theirs.undefined),
      ...difference('defined', ours.defined, theirs.defined),
      ...missing('referred to, to readelf alone', theirs.wanted, ours.wanted),
      ...missing(
        'referred to, to us alone',
        ours.wanted,
        new Set([...theirs.referred, ...theirs.defined]),
      ),
    ];
    const seen: Sampled = { references: 0, inlined: 0, deepest: 0, sections: 0, objects: 0 };
    if (intact.includes(path)) differs.push(...compareObject(path, random, seen, addr2line));
    all.places += seen.references;
    all.differences.push(...differs.map((text) => `${path}: ${text}`));
  }
  return all;
}

function factsOf(path: string): ObjectFacts | undefined {
  const input = new FileInput([path]);
  try {
    return decodeFacts(Buffer.from(input.extract(true)));
  } catch (error) {
    if (error instanceof ExtractError) return undefined;
    throw error;
  } finally {
    input.free();
  }
}

/** Names that readelf prints as they are; of labels that assemblers make, a linker knows nothing. */
const isPlain = (name: string): boolean => /^[\w.$]+$/.test(name) && !/^(?:\.L|\$)/.test(name);

function namesIn(facts: ObjectFacts): Record<'undefined' | 'defined' | 'wanted', Set<string>> {
  const nameOf = (entity: number): string =>
    entity === NONE ? '' : factString(facts, facts.entityString[entity] as number);
  const names = (entities: Iterable<number>): Set<string> =>
    new Set([...entities].map(nameOf).filter(isPlain));
  const seen = NodeFlag.global | NodeFlag.weak;
  return {
    undefined: names(facts.undefinedEntity),
    defined: names(
      facts.nodeEntity.filter((_, node) => ((facts.nodeFlags[node] ?? 0) & seen) !== 0),
    ),
    wanted: names(
      [...facts.edgeTarget].filter((to) => to >= ENTITY_BIT).map((to) => to - ENTITY_BIT),
    ),
  };
}

function missing(what: string, from: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...from]
    .filter((name) => isPlain(name) && !others.has(name))
    .map((name) => `${what}: ${name}`);
}

function difference(
  what: string,
  ours: ReadonlySet<string>,
  theirs: ReadonlySet<string>,
): string[] {
  return [
    ...missing(`${what}, to us alone`, ours, theirs),
    ...missing(`${what}, to readelf alone`, theirs, ours),
  ];
}
