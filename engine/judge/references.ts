import { ENTITY_BIT, factString, NONE, NodeFlag, type ObjectFacts } from '../facts/tables.ts';
import type { JoinedOutput, JoinInput } from '../graph/link.ts';
import { makeRoom, type SymbolId, type SymbolNames } from '../graph/loaded-facts.ts';
import type { NodeAt } from '../graph/reached.ts';
import type { ApiHit, ApiMatcher } from './api-matcher.ts';

/** A source place as the debug info gives it; line 0 when unknown. */
export interface FactPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A live reference to something that an API names, before anybody asks who may. */
export interface Reference {
  readonly api: string;
  /** The referring function: innermost inlined frame, else the symbol around the place. */
  readonly from: string;
  /** The function whose machine code holds the reference, with the file that declares it. */
  readonly outerNames: readonly string[];
  readonly outerFile: string | undefined;
  /** Input that holds the reference, by position in the link. */
  readonly input: number;
  readonly node: number;
  /** From code that rustc did not compile: what its debug info and its symbols say counts for nothing. */
  readonly foreign: boolean;
  /** Innermost inlined frame at the reference, or NONE. */
  readonly frame: number;
  /** Undefined where the debug info says nothing. */
  readonly place: FactPlace | undefined;
  readonly targetNames: readonly string[];
}

/** A top-level module with the name of an API: its crate may provide that API (spec §4). */
export interface PossibleExport {
  readonly crate: string;
  readonly module: string;
  readonly symbol: string;
}

/** A symbol that an API names, and what matched. */
interface HitTarget {
  readonly symbol: SymbolId;
  readonly hits: readonly ApiHit[];
}

/** Targets that one output has been asked for already: by symbol, and nodes that are looked through by place. */
interface TargetMemo {
  readonly bySymbol: (readonly HitTarget[] | undefined)[];
  readonly byNode: Map<number, readonly HitTarget[]>;
}

/** The inlined frame at a reference (or NONE), and the place (or NONE). */
interface FrameAt {
  readonly from: number;
  readonly place: number;
}

/** Where a reference is: a node, the inlined frame in it, and the place. */
interface Referrer extends NodeAt, FrameAt {}

/** By input; see {@link ReferenceFinder.references}. */
type ForeignMembers = readonly (Uint8Array | undefined)[];

const noTargets: readonly HitTarget[] = [];
const noHits: readonly ApiHit[] = [];
const noExports: readonly PossibleExport[] = [];

/** Finds API references in one joined output; keeps what it learns of symbols for the next one. */
export class ReferenceFinder {
  private readonly hitsBySymbol: (readonly ApiHit[] | undefined)[] = [];
  private readonly exportsBySymbol: (readonly PossibleExport[] | undefined)[] = [];
  /** {@link TargetMemo.bySymbol} of the output at hand. */
  private readonly targetsBySymbol: (readonly HitTarget[] | undefined)[] = [];
  private readonly symbols: SymbolNames;
  private readonly matcher: ApiMatcher;
  private readonly apiNames: ReadonlySet<string>;

  constructor(symbols: SymbolNames, matcher: ApiMatcher) {
    this.symbols = symbols;
    this.matcher = matcher;
    this.apiNames = new Set(matcher.apis);
  }

  /**
   * Every live reference to an API, each (API, from, place, target) once. `foreignMembers` marks by input the members
   * that rustc did not make; an input without has nobody to answer for it, and what it refers to is no usage (spec §4).
   */
  references(output: JoinedOutput, foreignMembers: ForeignMembers): Reference[] {
    const found: Reference[] = [];
    const seen = new Set<string>();
    for (const list of [this.hitsBySymbol, this.targetsBySymbol])
      makeRoom<unknown>(list, this.symbols.size);
    this.targetsBySymbol.fill(undefined);
    const memo: TargetMemo = { bySymbol: this.targetsBySymbol, byNode: new Map() };
    const add = (at: Referrer, { symbol, hits }: HitTarget): void => {
      if (this.isItself(output, at, symbol, foreignMembers)) return;
      const key = `${at.input}.${at.node}.${at.from}.${at.place}.${symbol}`;
      if (seen.has(key)) return;
      seen.add(key);
      found.push(...this.referencesTo(output, at, foreignMembers, hits));
    };
    output.eachLiveNode(answeredFor(foreignMembers), (input, node, isRoot) => {
      const { facts, entitySymbol } = (output.inputs[input] as JoinInput).loaded;
      // What anonymous data refers to counts for whoever refers to the data (spec §4).
      if (((facts.nodeFlags[node] as number) & NodeFlag.anonymous) !== 0 && !isRoot) return;
      const endEdge = facts.nodeFirstEdge[node + 1] as number;
      for (let edge = facts.nodeFirstEdge[node] as number; edge < endEdge; edge++) {
        const targets = this.targets(output, input, facts.edgeTarget[edge] as number, memo);
        if (targets.length === 0) continue;
        const from = facts.edgeFrame[edge] as number;
        const place = facts.edgePlace[edge] as number;
        const at = hasNoPlace(facts, place)
          ? enclosing(facts, node, { from, place })
          : { from, place };
        for (const target of targets) add({ input, node, ...at }, target);
      }
      const endFrame = facts.nodeFirstFrame[node + 1] as number;
      for (let frame = facts.nodeFirstFrame[node] as number; frame < endFrame; frame++) {
        const hits = this.hitsOfFrame(output, input, frame);
        if (hits.length === 0) continue;
        const symbol = entitySymbol[facts.frameEntity[frame] as number] as SymbolId;
        const from = facts.frameParent[frame] as number;
        const place = facts.framePlace[frame] as number;
        add({ input, node, from, place }, { symbol, hits });
      }
    });
    return found;
  }

  /** A jump table leads back into the function that it is of: no use of anything, whoever the frame is of that jumps. */
  private isItself(
    output: JoinedOutput,
    at: NodeAt,
    symbol: SymbolId,
    foreignMembers: ForeignMembers,
  ): boolean {
    const { loaded } = output.inputs[at.input] as JoinInput;
    const entity = loaded.facts.nodeEntity[at.node] as number;
    return (
      entity !== NONE &&
      loaded.entitySymbol[entity] === symbol &&
      foreignMembers[at.input]?.[loaded.memberOfNode(at.node)] !== 1
    );
  }

  /** One reference for each API that a target belongs to and the referrer does not. */
  private referencesTo(
    output: JoinedOutput,
    at: Referrer,
    foreignMembers: ForeignMembers,
    hits: readonly ApiHit[],
  ): Reference[] {
    const { loaded } = output.inputs[at.input] as JoinInput;
    const { facts } = loaded;
    const foreign = foreignMembers[at.input]?.[loaded.memberOfNode(at.node)] === 1;
    const fromHits =
      at.from === NONE ? this.hitsOfNode(output, at) : this.hitsOfFrame(output, at.input, at.from);
    const apis = [...new Set(hits.map((hit) => hit.api))];
    return apis
      .filter((api) => foreign || !fromHits.some((hit) => hit.api === api))
      .map((api) => ({
        api: this.matcher.apis[api] as string,
        from: nameOf(facts, at.node, at.from),
        outerNames: this.namesOfNode(output, at),
        outerFile: placeOf(facts, facts.nodePlace[at.node] as number)?.file,
        input: at.input,
        node: at.node,
        foreign,
        frame: at.from,
        place: placeOf(facts, at.place),
        targetNames: [...new Set(hits.filter((hit) => hit.api === api).map((hit) => hit.name))],
      }));
  }

  /** Crates with a live symbol in a top-level module that has the name of an API; not the toolchain's own. */
  possibleExports(output: JoinedOutput, foreignMembers: ForeignMembers): PossibleExport[] {
    const found = new Map<string, PossibleExport>();
    makeRoom(this.exportsBySymbol, this.symbols.size);
    output.eachLiveNode(answeredFor(foreignMembers), (input, node) => {
      const { facts, entitySymbol } = (output.inputs[input] as JoinInput).loaded;
      const entity = facts.nodeEntity[node] as number;
      if (entity === NONE) return;
      for (const exported of this.exportsOf(entitySymbol[entity] as SymbolId)) {
        const key = `${exported.crate}::${exported.module}`;
        if (!found.has(key)) found.set(key, exported);
      }
    });
    return [...found.values()];
  }

  private exportsOf(symbol: SymbolId): readonly PossibleExport[] {
    const known = this.exportsBySymbol[symbol];
    if (known !== undefined) return known;
    const exports = this.symbols.namesOf(symbol).flatMap((name): readonly PossibleExport[] => {
      const [crate, module, rest] = name.split('::', 3);
      if (crate === undefined || module === undefined || rest === undefined) return noExports;
      return this.apiNames.has(module) ? [{ crate, module, symbol: name }] : noExports;
    });
    this.exportsBySymbol[symbol] = exports.length === 0 ? noExports : exports;
    return exports;
  }

  /** What a reference names of the APIs; data without a name and call shims are looked through, to any depth. */
  private targets(
    output: JoinedOutput,
    input: number,
    target: number,
    memo: TargetMemo,
  ): readonly HitTarget[] {
    const symbol = output.symbolOfTarget(input, target);
    // Another file's definition is found by the symbol alone; one of this file may be without a symbol.
    if (symbol !== undefined && target >= ENTITY_BIT) {
      const known = memo.bySymbol[symbol];
      if (known !== undefined) return known;
      const found = this.targetsAt(output, symbol, output.definitionOf(symbol), memo);
      memo.bySymbol[symbol] = found;
      return found;
    }
    return this.targetsAt(output, symbol, { input, node: target }, memo);
  }

  private targetsAt(
    output: JoinedOutput,
    symbol: SymbolId | undefined,
    at: NodeAt | undefined,
    memo: TargetMemo,
  ): readonly HitTarget[] {
    const hits = symbol === undefined ? noHits : this.hitsOfTarget(output, symbol);
    const own = symbol === undefined || hits.length === 0 ? noTargets : [{ symbol, hits }];
    if (at === undefined || !isLookedThrough(output, at)) return own;
    const key = at.input * 2 ** 32 + at.node;
    let through = memo.byNode.get(key);
    if (through === undefined) {
      through = this.throughAnonymous(output, at).map((found) => ({
        symbol: found,
        hits: this.hitsOfTarget(output, found),
      }));
      memo.byNode.set(key, through);
    }
    return own.length === 0 ? through : [...own, ...through];
  }

  private throughAnonymous(output: JoinedOutput, start: NodeAt): SymbolId[] {
    const found = new Set<SymbolId>();
    const visited = new Set<number>();
    const pending: NodeAt[] = [start];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const key = at.input * 2 ** 32 + at.node;
      if (visited.has(key)) continue;
      visited.add(key);
      const { facts } = (output.inputs[at.input] as JoinInput).loaded;
      const end = facts.nodeFirstEdge[at.node + 1] as number;
      for (let edge = facts.nodeFirstEdge[at.node] as number; edge < end; edge++) {
        const target = facts.edgeTarget[edge] as number;
        const next = output.resolve(at.input, target);
        const symbol = output.symbolOfTarget(at.input, target);
        if (next !== undefined && isLookedThrough(output, next)) pending.push(next);
        if (symbol !== undefined && this.hitsOfTarget(output, symbol).length > 0) found.add(symbol);
      }
    }
    return [...found];
  }

  private hitsOf(symbol: SymbolId): readonly ApiHit[] {
    const known = this.hitsBySymbol[symbol];
    if (known !== undefined) return known;
    const hits = this.matcher.hits(this.symbols.namesOf(symbol));
    this.hitsBySymbol[symbol] = hits;
    return hits;
  }

  /** A symbol's hits, and those of its definition's debug name where the symbol alone says less. */
  private hitsOfTarget(output: JoinedOutput, symbol: SymbolId): readonly ApiHit[] {
    const hits = this.hitsOf(symbol);
    if (hits.length > 0) return hits;
    const at = output.definitionOf(symbol);
    if (at === undefined) return hits;
    const qualified = qualifiedSymbol(output, at);
    return qualified === undefined ? hits : this.hitsOf(qualified);
  }

  /** An inlined function's hits: by its symbol, and by its debug name where the symbol says less. */
  private hitsOfFrame(output: JoinedOutput, input: number, frame: number): readonly ApiHit[] {
    const { facts, entitySymbol } = (output.inputs[input] as JoinInput).loaded;
    const hits = this.hitsOf(entitySymbol[facts.frameEntity[frame] as number] as SymbolId);
    const qualified = facts.frameQualified[frame] as number;
    return hits.length > 0 || qualified === NONE
      ? hits
      : this.hitsOf(entitySymbol[qualified] as SymbolId);
  }

  private hitsOfNode(output: JoinedOutput, at: NodeAt): readonly ApiHit[] {
    const { facts, entitySymbol } = (output.inputs[at.input] as JoinInput).loaded;
    const entity = facts.nodeEntity[at.node] as number;
    const hits = entity === NONE ? noHits : this.hitsOf(entitySymbol[entity] as SymbolId);
    const qualified = qualifiedSymbol(output, at);
    return qualified === undefined ? hits : [...hits, ...this.hitsOf(qualified)];
  }

  private namesOfNode(output: JoinedOutput, at: NodeAt): readonly string[] {
    const { facts, entitySymbol } = (output.inputs[at.input] as JoinInput).loaded;
    const entity = facts.nodeEntity[at.node] as number;
    const names = entity === NONE ? [] : this.symbols.namesOf(entitySymbol[entity] as SymbolId);
    const qualified = qualifiedSymbol(output, at);
    return qualified === undefined ? names : [...names, ...this.symbols.namesOf(qualified)];
  }
}

/** By input: has it somebody to answer for it? */
function answeredFor(foreignMembers: ForeignMembers): boolean[] {
  return foreignMembers.map((members) => members !== undefined);
}

/**
 * Where an instruction belongs that has no place. LLVM gives it line 0 with the file, the column and often the frame of
 * whatever stood before it, so the first place that says something is that of a call around it. An instruction that
 * the compiler itself put to line 0 (one made of two) has column 0, and a frame that holds.
 */
function enclosing(facts: ObjectFacts, node: number, given: FrameAt): FrameAt {
  for (let frame = given.from; frame !== NONE; frame = facts.frameParent[frame] as number) {
    const call = facts.framePlace[frame] as number;
    if (call !== NONE && !isOfSysroot(facts, call))
      return { from: facts.frameParent[frame] as number, place: call };
  }
  // The standard library answers for nothing: then what is inlined into it has to.
  const declared = facts.nodePlace[node] as number;
  return declared === NONE || isOfSysroot(facts, declared) ? given : { from: NONE, place: NONE };
}

function hasNoPlace(facts: ObjectFacts, place: number): boolean {
  return place !== NONE && facts.placeLine[place] === 0 && facts.placeColumn[place] !== 0;
}

function isOfSysroot(facts: ObjectFacts, place: number): boolean {
  const file = factString(facts, facts.placeFile[place] as number);
  return file.startsWith('/rustc/') || file.includes('/rustlib/src/rust/library/');
}

/** The symbol of the function at a reference: an inlined frame's or the node's. */
export function nameOf(facts: ObjectFacts, node: number, frame: number): string {
  const entity =
    frame === NONE ? (facts.nodeEntity[node] as number) : (facts.frameEntity[frame] as number);
  return entity === NONE ? '' : factString(facts, facts.entityString[entity] as number);
}

/** Row of the place table as strings; undefined for NONE. */
export function placeOf(facts: ObjectFacts, place: number): FactPlace | undefined {
  if (place === NONE) return undefined;
  return {
    file: factString(facts, facts.placeFile[place] as number),
    line: facts.placeLine[place] as number,
    column: facts.placeColumn[place] as number,
  };
}

function qualifiedSymbol(output: JoinedOutput, at: NodeAt): SymbolId | undefined {
  const { facts, entitySymbol } = (output.inputs[at.input] as JoinInput).loaded;
  const qualified = facts.nodeQualified[at.node] as number;
  return qualified === NONE ? undefined : (entitySymbol[qualified] as SymbolId);
}

function isLookedThrough(output: JoinedOutput, at: NodeAt): boolean {
  const { facts } = (output.inputs[at.input] as JoinInput).loaded;
  return ((facts.nodeFlags[at.node] as number) & (NodeFlag.anonymous | NodeFlag.callShim)) !== 0;
}
