import { join } from 'node:path';
import { expect, test } from 'vitest';
import { storeLocation } from '../../../engine/facts/store.ts';
import { factString, NONE, NodeFlag } from '../../../engine/facts/tables.ts';
import type { LinkRecord, UnitRecord } from '../../../engine/facts/unit-record.ts';
import type { JoinInput, LinkedSymbol } from '../../../engine/graph/join-input.ts';
import type { JoinedOutput } from '../../../engine/graph/link.ts';
import { linkedButDead } from '../../../engine/graph/linked.ts';
import type { NodeAt } from '../../../engine/graph/reached.ts';
import { Joiner } from '../../../engine/judge/joiner.ts';
import { factsFile } from '../../../engine/units/inputs.ts';
import { outputSpec } from '../../../engine/units/output-spec.ts';
import { loadWorkspace } from '../../../engine/workspace/metadata.ts';
import { binutils } from './binutils.ts';
import { crates, linkedCrate, linkedFile, tell } from './support.ts';

/** The defined symbols of a linked file as readelf of binutils lists them. */
function readSymbols(file: string): LinkedSymbol[] {
  const symbols: LinkedSymbol[] = [];
  const table = binutils('readelf', ['--syms', '--wide', file]).split("Symbol table '.symtab'")[1];
  let object: string | undefined;
  for (const line of (table ?? '').split('\n')) {
    const fields =
      /^ *\d+: [0-9a-f]+ +\S+ (?<type>\S+) +(?<binding>\S+) +\S+ +(?:\[.*?\] +)?(?<section>\S+)(?: (?<name>.*))?$/.exec(
        line,
      )?.groups;
    if (fields === undefined || fields.type === 'SECTION') continue;
    const name = fields.name ?? '';
    if (fields.type === 'FILE') object = name === '' ? undefined : name;
    else if (name !== '' && fields.section !== 'UND')
      symbols.push({ name, file: fields.binding === 'LOCAL' ? object : undefined });
  }
  return symbols;
}

interface NamedNode {
  readonly at: NodeAt;
  readonly name: string;
  readonly local: boolean;
  /** STT_FILE of the node's object. */
  readonly file: string | undefined;
  readonly references: number;
}

function* namedNodes(joined: JoinedOutput): Generator<NamedNode> {
  for (let input = 0; input < joined.inputs.length; input++) {
    const { loaded } = joined.inputs[input] as JoinInput;
    const { facts } = loaded;
    for (let node = 0; node < facts.nodeSection.length; node++) {
      const entity = facts.nodeEntity[node] as number;
      if (entity === NONE) continue;
      const file = facts.memberFile[loaded.memberOfNode(node)] as number;
      yield {
        at: { input, node },
        name: factString(facts, facts.entityString[entity] as number),
        local: ((facts.nodeFlags[node] as number) & NodeFlag.global) === 0,
        file: file === NONE ? undefined : factString(facts, file),
        references:
          (facts.nodeFirstEdge[node + 1] as number) - (facts.nodeFirstEdge[node] as number),
      };
    }
  }
}

interface Comparison {
  readonly symbols: number;
  /** Of them, how many stand for a node of ours. */
  readonly known: number;
  readonly unknown: readonly string[];
  /** In the linked file, and dead for us. */
  readonly dead: readonly string[];
  /** Live for us, and not in the linked file. */
  readonly dropped: readonly NamedNode[];
}

/** Local names are compared object by object, as the STT_FILE before them tells. */
function compare(joined: JoinedOutput, linked: readonly LinkedSymbol[]): Comparison {
  const filesOf = new Map<string, Set<string | undefined>>();
  for (const { name, file } of linked) {
    const files = filesOf.get(name);
    if (files === undefined) filesOf.set(name, new Set([file]));
    else files.add(file);
  }
  const isLinked = ({ name, local, file }: NamedNode): boolean => {
    const files = filesOf.get(name);
    // A global that is not exported is local in the linked file: below its object, or below none.
    return files !== undefined && (!local || file === undefined || files.has(file));
  };
  const live = new Set<string>();
  const names = new Set<string>();
  const dead: NamedNode[] = [];
  const dropped: NamedNode[] = [];
  const key = ({ name, local, file }: NamedNode): string => `${name}\0${local ? file : ''}`;
  for (const node of namedNodes(joined)) {
    names.add(node.name);
    const found = isLinked(node);
    if (joined.isLive(node.at)) {
      live.add(key(node));
      if (!found) dropped.push(node);
    } else if (found) dead.push(node);
  }
  const unknown = linked.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  return {
    symbols: linked.length,
    known: linked.length - unknown.length,
    unknown,
    // Of one name and object, or of global definitions of one name, a linker keeps one.
    dead: dead.filter((node) => !live.has(key(node))).map(({ name }) => name),
    dropped,
  };
}

/**
 * Of a section of strings or constants that may be merged, a linker keeps the pieces that are referred to; the join
 * keeps all of it. That makes no difference to what is judged: a constant there refers to nothing.
 */
function isMergeable({ name, references }: NamedNode): boolean {
  return references === 0 && name.startsWith('anon.');
}

function linkedOutputs(units: readonly UnitRecord[]): { unit: UnitRecord; link: LinkRecord }[] {
  return units.flatMap((unit) =>
    unit.links
      .filter(({ outputKind }) => outputKind !== 'static-library')
      .map((link) => ({ unit, link })),
  );
}

// Rule 4.3: liveness is ours, and the linker's own symbol table is the check on it.
for (const name of crates) {
  test(`what is live is what the linker kept, in every output of ${name}`, async () => {
    const { path, report, units } = await linkedCrate(name);
    expect(report.unchecked).toEqual([]);
    const location = storeLocation(join(path, 'target'));
    const workspace = await loadWorkspace({ path });
    const joiner = new Joiner();
    const wrong: string[] = [];
    const seen = { outputs: 0, symbols: 0, known: 0, dropped: 0 };
    for (const { unit, link } of linkedOutputs(units)) {
      const file = linkedFile(link);
      if (file === undefined) continue;
      const symbols = readSymbols(file);
      const joined = await joiner.join(
        outputSpec({ ...link, kept: [] }, unit.targetName, (input, facts) =>
          factsFile(location, workspace, input, facts),
        ),
      );
      const found = compare(joined, symbols);
      seen.outputs++;
      seen.symbols += found.symbols;
      seen.known += found.known;
      seen.dropped += found.dropped.length;
      const label = `${unit.targetName} (${unit.kind})`;
      wrong.push(...found.dead.map((dead) => `${label}: ${dead} is linked, and dead for us`));
      wrong.push(
        ...found.dropped
          .filter((node) => !isMergeable(node))
          .map((node) => `${label}: ${node.name} is live, and not linked`),
      );
      wrong.push(
        ...found.unknown
          .filter((symbol) => /^(?:_R|_ZN)/.test(symbol))
          .map((symbol) => `${label}: ${symbol} is linked, and in no input that we read`),
      );
      if (found.symbols < 500) wrong.push(`${label}: only ${found.symbols} symbols`);
      // The check that every link gets (engine/graph/linked.ts) says the same.
      wrong.push(
        ...linkedButDead(joined, symbols).map((s) => `${label}: kept ${s.name} ${s.file}`),
      );
      wrong.push(...link.kept.map((s) => `${label}: recorded ${s.name} ${s.file}`));
    }
    tell(
      `${name}: ${seen.outputs} linked outputs, ${seen.symbols} symbols, ${seen.known} of them of our inputs; ${seen.dropped} live for us and dropped, all constants that may be merged`,
    );
    expect(seen.outputs).toBeGreaterThanOrEqual(report.counts.outputs);
    expect(wrong).toEqual([]);
    expect(report.linkerKept).toEqual([]);
    // Few, or the exception hides something.
    expect(seen.dropped).toBeLessThan(seen.known / 500);
  }, 900_000);
}
