import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { joinFacts } from '../../engine/extract/join.ts';
import {
  type DwarfTables,
  type ObjectTables,
  readDebugInfo,
  readObjects,
  type StringTable,
  splitNames,
} from '../../engine/extract/parsers.ts';
import { Sweep } from '../../engine/extract/sweep.ts';
import { factString, NONE, type ObjectFacts, SectionFlag } from '../../engine/facts/tables.ts';
import { packageRoot } from '../../engine/paths.ts';
import { binutils, judged, linkedCrate } from './support.ts';

/** References compared in each crate, and how they are spread: `addr2line` takes one section of one object a run. */
const PER_CRATE = 400;
const SECTIONS_PER_OBJECT = 4;
const REFERENCES_PER_SECTION = 8;

/** One step out of the place: a function, and the place in it. */
interface Frame {
  readonly name: string;
  readonly place: string;
}

/** A small generator of numbers below `limit`, the same at every run. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

function pick<T>(items: readonly T[], count: number, random: (limit: number) => number): T[] {
  const left = [...items];
  const picked: T[] = [];
  while (picked.length < count && left.length > 0)
    picked.push(...left.splice(random(left.length), 1));
  return picked;
}

function text(strings: StringTable, id: number): string {
  const { buffer, byteOffset, byteLength } = strings.bytes;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return bytes.toString('utf8', strings.offsets[id], strings.offsets[id + 1]);
}

function placeText(file: string | undefined, line: number): string {
  return file === undefined || line === 0 ? '?' : `${normalize(file)}:${line}`;
}

/** What binutils says of offsets of one section: for each the frames from the innermost outwards. */
function theirs(object: string, section: string, offsets: readonly number[]): Frame[][] {
  const lines = binutils(
    'addr2line',
    ['--addresses', '--functions', '--inlines', '--section', section, '--exe', object],
    offsets.map((offset) => `0x${offset.toString(16)}\n`).join(''),
  ).split('\n');
  const frames: Frame[][] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (/^0x[0-9a-f]{8,}$/.test(line)) {
      frames.push([]);
      continue;
    }
    if (line === '') continue;
    const where = (lines[++i] ?? '').replace(/ \(discriminator \d+\)$/, '');
    const [, file, number] = /^(.*):(\d+|\?)$/.exec(where) ?? [];
    frames.at(-1)?.push({
      name: line,
      place: placeText(file, number === '?' ? 0 : Number(number)),
    });
  }
  return frames;
}

/** What our tables say of one reference. */
function ours(object: ObjectTables, dwarf: DwarfTables, sweep: Sweep, ref: number): Frame[] {
  sweep.moveTo(object.refSection[ref] as number, object.refOffset[ref] as number);
  const file = (id: number) => (id === NONE ? undefined : text(dwarf.strings, id));
  const frames: Frame[] = [];
  let place = placeText(file(sweep.file), sweep.line);
  for (let row = sweep.inlined; row !== NONE; row = dwarf.inlinedParent[row] as number) {
    const linkage = dwarf.inlinedLinkage[row] as number;
    const qualified = dwarf.inlinedQualified[row] as number;
    frames.push({ name: text(dwarf.strings, linkage === NONE ? qualified : linkage), place });
    place = placeText(
      file(dwarf.inlinedCallFile[row] as number),
      dwarf.inlinedCallLine[row] as number,
    );
  }
  const symbol = object.nodeSymbol[object.refFromNode[ref] as number] as number;
  // The debug info keeps the name that a function had before LLVM moved it between units.
  const name = symbol === NONE ? '?' : text(object.strings, symbol).replace(/\.llvm\.\d+$/, '');
  return [...frames, { name, place }];
}

/** Every chain of frames that the facts have for references of one node. */
function factChains(facts: ObjectFacts, node: number, symbol: string): Set<string> {
  const place = (id: number): string =>
    id === NONE
      ? '?'
      : placeText(factString(facts, facts.placeFile[id] as number), facts.placeLine[id] as number);
  const chains = new Set<string>();
  const end = facts.nodeFirstEdge[node + 1] as number;
  for (let edge = facts.nodeFirstEdge[node] as number; edge < end; edge++) {
    const frames: Frame[] = [];
    let at = place(facts.edgePlace[edge] as number);
    for (
      let frame = facts.edgeFrame[edge] as number;
      frame !== NONE;
      frame = facts.frameParent[frame] as number
    ) {
      const entity = facts.frameEntity[frame] as number;
      frames.push({
        name: factString(facts, facts.entityString[entity] as number),
        place: at,
      });
      at = place(facts.framePlace[frame] as number);
    }
    chains.add(chainText([...frames, { name: symbol, place: at }]));
  }
  return chains;
}

function chainText(frames: readonly Frame[]): string {
  return frames.map(({ name, place }) => `${name} at ${place}`).join('\n      in ');
}

interface Sampled {
  references: number;
  inlined: number;
  deepest: number;
  sections: number;
  objects: number;
}

/** Compares a sample of one object's references; gives the differences. */
function compareObject(path: string, random: (limit: number) => number, seen: Sampled): string[] {
  const bytes = readFileSync(path);
  const object = readObjects(bytes);
  const dwarf = readDebugInfo(bytes);
  const facts = joinFacts(object, dwarf, splitNames);
  const bySection = new Map<number, number[]>();
  object.refSection.forEach((section, ref) => {
    if (((object.sectionFlags[section] as number) & SectionFlag.exec) === 0) return;
    const known = bySection.get(section);
    if (known === undefined) bySection.set(section, [ref]);
    else known.push(ref);
  });
  const sweep = new Sweep(dwarf, object.sectionName.length);
  const names = Array.from(object.sectionName, (id) => text(object.strings, id));
  // addr2line takes the first section of a name.
  const sections = [...bySection.keys()].filter(
    (section) => names.indexOf(names[section] as string) === section,
  );
  const differences: string[] = [];
  seen.objects++;
  for (const section of pick(sections, SECTIONS_PER_OBJECT, random)) {
    seen.sections++;
    const refs = pick(bySection.get(section) ?? [], REFERENCES_PER_SECTION, random);
    const offsets = refs.map((ref) => object.refOffset[ref] as number);
    const expected = theirs(path, names[section] as string, offsets);
    refs.forEach((ref, i) => {
      const own = ours(object, dwarf, sweep, ref);
      seen.references++;
      if (own.length > 1) seen.inlined++;
      seen.deepest = Math.max(seen.deepest, own.length - 1);
      const where = `${basename(path)}, ${names[section]}+0x${(offsets[i] as number).toString(16)}`;
      const their = chainText(expected[i] ?? []);
      if (chainText(own) !== their)
        differences.push(`${where}\n  ours ${chainText(own)}\n  addr2line ${their}`);
      const node = object.refFromNode[ref] as number;
      const symbol = own.at(-1)?.name ?? '?';
      if (!factChains(facts, node, symbol).has(chainText(own)))
        differences.push(`${where}\n  not in the facts: ${chainText(own)}`);
    });
  }
  return differences;
}

// Design, "How we know that it is right" 5: DWARF places against addr2line of binutils. Sampled are relocations in
// code of the objects of a crate's rlibs, with a fixed seed: file and line of the place, and every function
// that was inlined around it with the place of its call (addr2line tells no columns).
for (const [seed, name] of judged.entries()) {
  test(`places and inlined calls are what addr2line says, in ${name}`, async () => {
    const { units } = await linkedCrate(name);
    const random = generator(seed + 1);
    const rlibs = units
      .flatMap(({ outputs }) => outputs.map(({ path }) => path))
      .filter((path) => path.endsWith('.rlib') && existsSync(path))
      .sort();
    const seen: Sampled = { references: 0, inlined: 0, deepest: 0, sections: 0, objects: 0 };
    const differences: string[] = [];
    const directory = join(packageRoot(), 'target', 'real', `${name}-objects`);
    while (seen.references < PER_CRATE) {
      const rlib = rlibs[random(rlibs.length)] as string;
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      binutils('ar', ['x', '--output', directory, rlib]);
      const objects = readdirSync(directory).filter((file) => file.endsWith('.o'));
      for (const object of pick(objects.sort(), 2, random))
        differences.push(...compareObject(join(directory, object), random, seen));
    }
    rmSync(directory, { recursive: true, force: true });
    console.log(
      `${name}: ${seen.references} references of ${seen.sections} sections in ${seen.objects} objects; ${seen.inlined} in inlined calls, up to ${seen.deepest} deep`,
    );
    expect(differences).toEqual([]);
    expect(seen.inlined).toBeGreaterThan(PER_CRATE / 20);
  }, 900_000);
}
