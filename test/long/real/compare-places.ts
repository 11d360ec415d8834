import { basename } from 'node:path';
import { decodeFacts } from '../../../engine/facts/codec.ts';
import { ENTITY_BIT, factString, NONE, type ObjectFacts } from '../../../engine/facts/tables.ts';
import { FileInput } from '../../../engine/parsers/file-input.ts';
import type { Frame, PlaceReader, Relocation } from './place-readers.ts';
import { placeText } from './place-readers.ts';

/** How references are spread: a reader takes one section of one object a run. */
const SECTIONS_PER_OBJECT = 4;

/** A small generator of numbers below `limit`, the same at every run. */
export function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Some of the items, each once. */
export function pick<T>(
  items: readonly T[],
  count: number,
  random: (limit: number) => number,
): T[] {
  const left = [...items];
  const picked: T[] = [];
  while (picked.length < count && left.length > 0)
    picked.push(...left.splice(random(left.length), 1));
  return picked;
}

// The debug info keeps the name that a function had before LLVM moved it between units.
const withoutSuffix = (symbol: string): string => symbol.replace(/\.llvm\.\d+$/, '');

/** The nodes of each symbol. */
function nodesBySymbol(facts: ObjectFacts): Map<string, number[]> {
  const nodes = new Map<string, number[]>();
  facts.nodeEntity.forEach((entity, node) => {
    if (entity === NONE) return;
    const symbol = withoutSuffix(factString(facts, facts.entityString[entity] as number));
    nodes.set(symbol, [...(nodes.get(symbol) ?? []), node]);
  });
  return nodes;
}

/** Every chain of frames that the facts have for references of one function to a symbol; local targets have none. */
function factChains(facts: ObjectFacts, node: number, name: string, target: string): Set<string> {
  const place = (id: number): string =>
    id === NONE
      ? '?'
      : placeText(factString(facts, facts.placeFile[id] as number), facts.placeLine[id] as number);
  const chains = new Set<string>();
  const end = facts.nodeFirstEdge[node + 1] as number;
  for (let edge = facts.nodeFirstEdge[node] as number; edge < end; edge++) {
    const to = facts.edgeTarget[edge] as number;
    const entity = to >= ENTITY_BIT ? to - ENTITY_BIT : (facts.nodeEntity[to] as number);
    const symbol = entity === NONE ? '' : factString(facts, facts.entityString[entity] as number);
    if (to >= ENTITY_BIT && symbol !== target) continue;
    const frames: Frame[] = [];
    let at = place(facts.edgePlace[edge] as number);
    for (
      let frame = facts.edgeFrame[edge] as number;
      frame !== NONE;
      frame = facts.frameParent[frame] as number
    ) {
      const inlined = facts.frameEntity[frame] as number;
      frames.push({ name: factString(facts, facts.entityString[inlined] as number), place: at });
      at = place(facts.framePlace[frame] as number);
    }
    chains.add(chainText([...frames, { name, place: at }]));
  }
  return chains;
}

function chainText(frames: readonly Frame[]): string {
  return frames.map(({ name, place }) => `${name} at ${place}`).join('\n      in ');
}

/** What was compared so far. */
export interface Sampled {
  references: number;
  inlined: number;
  deepest: number;
  sections: number;
  objects: number;
}

function grouped(relocations: readonly Relocation[]): Map<string, Relocation[]> {
  const groups = new Map<string, Relocation[]>();
  for (const relocation of relocations) {
    const group = groups.get(relocation.section);
    if (group === undefined) groups.set(relocation.section, [relocation]);
    else group.push(relocation);
  }
  return groups;
}

/** Compares a sample of one object's references; gives the differences. */
export function compareObject(
  path: string,
  random: (limit: number) => number,
  seen: Sampled,
  reader: PlaceReader,
): string[] {
  const facts = decodeFacts(Buffer.from(new FileInput([path]).extract(true)));
  const nodes = nodesBySymbol(facts);
  const bySection = grouped(reader.relocations(path));
  const differences: string[] = [];
  seen.objects++;
  for (const section of pick([...bySection.keys()], SECTIONS_PER_OBJECT, random)) {
    seen.sections++;
    const sampled = pick(bySection.get(section) ?? [], reader.perSection, random);
    const expected = reader.frames(
      path,
      section,
      sampled.map(({ offset }) => offset),
    );
    sampled.forEach(({ offset, symbol }, i) => {
      const frames = expected[i] ?? [];
      seen.references++;
      if (frames.length > 1) seen.inlined++;
      seen.deepest = Math.max(seen.deepest, frames.length - 1);
      const name = frames.at(-1)?.name ?? '?';
      const chain = chainText(frames);
      const ours = (nodes.get(name) ?? []).flatMap((node) => [
        ...factChains(facts, node, name, symbol),
      ]);
      if (!ours.includes(chain)) {
        const where = `${basename(path)}, ${section}+0x${offset.toString(16)} to ${symbol}`;
        differences.push(`${where}\n  ${reader.name} ${chain}\n  ours ${ours.join('\n  or ')}`);
      }
    });
  }
  return differences;
}
