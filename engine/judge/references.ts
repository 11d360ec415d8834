import { factString, NameRole, NONE, NodeFlag, type ObjectFacts } from '../facts/tables.ts';
import type { JoinInput } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import {
  makeRoom,
  type SymbolId,
  type SymbolName,
  type SymbolNames,
} from '../graph/loaded-facts.ts';
import type { NodeAt } from '../graph/reached.ts';
import { isPlain } from '../rust-paths.ts';
import type { ApiHit, ApiMatcher } from './api-matcher.ts';
import { MemberMark } from './foreign.ts';
import { SymbolHits } from './symbol-hits.ts';
import { SysrootCrates } from './sysroot-crates.ts';
import { SystemHits } from './system-hits.ts';
import { type HitTarget, Targets } from './targets.ts';
import { isFunction, isOfArguments, TypeArguments } from './type-arguments.ts';

/** A name of a target that belongs to an API. */
export interface TargetName {
  readonly text: string;
  /** Its first segment, with the mark that distinguishes crates of the same name (`std[5f3a]`). */
  readonly crate: string;
  /**
   * True when the name is the target's own path, not one of its arguments: the code that refers to the target has
   * written it.
   */
  readonly own: boolean;
}

/** A source place from the debug info; line 0 when unknown. */
export interface FactPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A live reference to an item of an API, not yet charged to a package. */
export interface Reference {
  readonly api: string;
  /** The referring function: the innermost inlined frame, or else the symbol around the place. */
  readonly from: string;
  /** Names of the function whose machine code has the reference. */
  readonly outerNames: readonly string[];
  readonly outerFile: string | undefined;
  /** Index of the input with the reference, in link order. */
  readonly input: number;
  readonly node: number;
  /** True for code that rustc did not compile: its debug info and symbols prove nothing. */
  readonly foreign: boolean;
  /** The innermost inlined frame at the reference, or NONE. */
  readonly frame: number;
  /** Undefined when the debug info has none. */
  readonly place: FactPlace | undefined;
  /** The crate of the referring function (`std[5f3a]`); undefined when its symbol does not say. */
  readonly fromCrate: string | undefined;
  /** True when that function belongs to the toolchain. */
  readonly fromSysroot: boolean;
  /** The crates in that function's arguments, without the toolchain's; for drop glue, only the crate of the type. */
  readonly argumentCrates: readonly string[];
  /**
   * True when the target belongs to the toolchain and has only the toolchain's types: it contains no code of a
   * package.
   */
  readonly ofSysroot: boolean;
  /** True when an argument of the referring function belongs to the API too. */
  readonly byArguments: boolean;
  /** True when the debug info knows the function with the reference, which it does not for assembly. */
  readonly declared: boolean;
  readonly targetNames: readonly TargetName[];
}

/** The references of an output. */
export interface FoundReferences {
  /** To items of APIs. */
  readonly references: Reference[];
  /** To functions of the system that an API is about, whether it includes them or not (rule 4.26). */
  readonly systemCalls: Reference[];
}

/** A top-level module named like an API: its crate may provide that API (rule 4.15). */
export interface ExportCandidate {
  readonly crate: string;
  readonly module: string;
  readonly symbol: string;
}

/** The inlined frame at a reference (or NONE) and the place (or NONE). */
interface FrameAt {
  readonly from: number;
  readonly place: number;
}

/** Where a reference is: a node, the inlined frame in it, and the place. */
interface Referrer extends NodeAt, FrameAt {}

/** By input; see {@link ReferenceFinder.references}. */
type ForeignMembers = readonly (Uint8Array | undefined)[];

const noExports: readonly ExportCandidate[] = [];

/** Finds API references in one joined output; keeps what it learns about symbols for the next one. */
export class ReferenceFinder {
  private readonly exportsBySymbol: (readonly ExportCandidate[] | undefined)[] = [];
  private readonly hits: SymbolHits;
  /** Targets in the current output, by symbol. */
  private readonly targetsBySymbol: (readonly HitTarget[] | undefined)[] = [];
  private readonly symbols: SymbolNames;
  private readonly matcher: ApiMatcher;
  private readonly apiNames: ReadonlySet<string>;

  constructor(symbols: SymbolNames, matcher: ApiMatcher) {
    this.symbols = symbols;
    this.matcher = matcher;
    this.hits = new SymbolHits(symbols, matcher);
    this.apiNames = new Set(matcher.apis);
  }

  /**
   * Returns every live reference to an API, each (API, from, place, target) once. `foreignMembers` marks, by input,
   * the members that rustc did not make. No package is responsible for an input without such marks, and its
   * references are no usages (rule 4.10).
   */
  references(output: JoinedOutput, foreignMembers: ForeignMembers): FoundReferences {
    const references: Reference[] = [];
    const systemCalls: Reference[] = [];
    const ownerless = foreignMembers.map((members) => members === undefined);
    const seen = new Set<string>();
    this.hits.prepare();
    makeRoom(this.targetsBySymbol, this.symbols.size);
    this.targetsBySymbol.fill(undefined);
    const targets = new Targets(
      output,
      this.hits,
      this.symbols,
      this.matcher,
      new SystemHits(output, this.symbols, this.matcher.apis, ownerless),
      this.targetsBySymbol,
    );
    const sysroot = new SysrootCrates(output, ownerless);
    const add = (reached: Referrer, all: HitTarget): void => {
      const { symbol } = all;
      if (this.isItself(output, reached, symbol, foreignMembers)) return;
      const counting = this.withKnownNames(output, reached, all, sysroot);
      if (counting === undefined) return;
      const { at, target } = counting;
      const key = `${at.input}.${at.node}.${at.from}.${at.place}.${symbol}`;
      if (seen.has(key)) return;
      seen.add(key);
      references.push(...this.referencesTo(output, at, target, foreignMembers, sysroot));
      if (target.system.length === 0) return;
      const system = { ...target, hits: target.system };
      systemCalls.push(...this.referencesTo(output, at, system, foreignMembers, sysroot));
    };
    output.eachLiveNode(answeredFor(foreignMembers), (input, node, isRoot) => {
      const { loaded } = output.inputs[input] as JoinInput;
      if (foreignMembers[input]?.[loaded.memberOfNode(node)] === MemberMark.toolchain) return;
      const { facts, entitySymbol } = loaded;
      // References of anonymous data are charged to the code that refers to the data (rule 4.5).
      if (((facts.nodeFlags[node] as number) & NodeFlag.anonymous) !== 0 && !isRoot) return;
      const endEdge = facts.nodeFirstEdge[node + 1] as number;
      for (let edge = facts.nodeFirstEdge[node] as number; edge < endEdge; edge++) {
        const hitTargets = targets.targetsAt(input, facts.edgeTarget[edge] as number);
        if (hitTargets.length === 0) continue;
        const from = facts.edgeFrame[edge] as number;
        const place = facts.edgePlace[edge] as number;
        const at = hasNoPlace(facts, place)
          ? enclosing(facts, node, { from, place })
          : { from, place };
        for (const target of hitTargets) add({ input, node, ...at }, target);
      }
      const endFrame = facts.nodeFirstFrame[node + 1] as number;
      for (let frame = facts.nodeFirstFrame[node] as number; frame < endFrame; frame++) {
        const hits = this.hits.ofFrame(output, input, frame);
        if (hits.length === 0) continue;
        const symbol = entitySymbol[facts.frameEntity[frame] as number] as SymbolId;
        const from = facts.frameParent[frame] as number;
        const place = facts.framePlace[frame] as number;
        add({ input, node, from, place }, { symbol, hits, system: [], shim: undefined });
      }
    });
    return { references, systemCalls };
  }

  /**
   * Returns from where a reference counts, and what of its target, if it is in the standard library's code that CodeView calls by a name
   * without arguments; undefined if nothing does (rule 12.8). In a function of the toolchain's own nobody else wrote what was inlined,
   * whichever of the calls of a line it is named after. In a package's function its arguments may have led to a function, so that the
   * package is charged, at the call that was inlined into its code; but not where that call is itself of the API, nor for a type, which
   * only functions of the API can have brought.
   */
  private withKnownNames(
    output: JoinedOutput,
    at: Referrer,
    target: HitTarget,
    sysroot: SysrootCrates,
  ): { readonly at: Referrer; readonly target: HitTarget } | undefined {
    const { facts } = (output.inputs[at.input] as JoinInput).loaded;
    const isUnknown = this.hits.crateOf(output, at, at.from)?.endsWith(']') !== true;
    if (at.from === NONE || at.place === NONE || !isUnknown || !isOfSysroot(facts, at.place))
      return { at, target };
    const outer = this.hits.crateOf(output, at, NONE);
    if (outer !== undefined && sysroot.has(outer)) return { at: { ...at, from: NONE }, target };
    const through = new Set<number>();
    let { from, place } = at;
    while (from !== NONE && place !== NONE && isOfSysroot(facts, place)) {
      for (const { api } of this.hits.ofFrame(output, at.input, from)) through.add(api);
      const call = facts.framePlace[from] as number;
      // The harness of tests is called by a function that rustc makes in the package.
      if (isOfTestCrate(facts, place) && (call === NONE || !isOfSysroot(facts, call)))
        return undefined;
      place = call;
      from = facts.frameParent[from] as number;
    }
    // What CodeView names beside the path is a type.
    const isOfFunction = ({ name }: ApiHit): boolean =>
      name.role === NameRole.own || (name.crate.endsWith(']') && isFunction(name));
    const counts = (hit: ApiHit): boolean => isOfFunction(hit) && !through.has(hit.api);
    const hits = target.hits.filter(counts);
    const system = target.system.filter(counts);
    return { at: { ...at, from, place }, target: { ...target, hits, system } };
  }

  /**
   * Returns whether a node refers to itself. A jump table leads back into its own function: that uses nothing,
   * whichever inlined frame the jump is in.
   */
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
      foreignMembers[at.input]?.[loaded.memberOfNode(at.node)] !== MemberMark.foreign
    );
  }

  /**
   * Returns one reference for each API that a target belongs to, unless only the arguments of the referring function
   * lead to it.
   */
  private referencesTo(
    output: JoinedOutput,
    at: Referrer,
    { symbol, hits, shim }: HitTarget,
    foreignMembers: ForeignMembers,
    sysroot: SysrootCrates,
  ): Reference[] {
    if (hits.length === 0) return [];
    const { loaded } = output.inputs[at.input] as JoinInput;
    const { facts } = loaded;
    const foreign = foreignMembers[at.input]?.[loaded.memberOfNode(at.node)] === MemberMark.foreign;
    const names = this.hits.namesOf(output, at, at.from);
    const given = new TypeArguments(foreign ? [] : names, this.matcher);
    const counting = hits.filter((hit) => !isOfArguments(hit, hits, shim, given));
    if (counting.length === 0) return [];
    const fromCrate = this.hits.crateOf(output, at, at.from);
    const common = {
      from: nameOf(facts, at.node, at.from),
      outerNames: this.hits.namesOf(output, at, NONE).map(({ text }) => text),
      outerFile: placeOf(facts, facts.nodePlace[at.node] as number)?.file,
      input: at.input,
      node: at.node,
      foreign,
      frame: at.from,
      place: placeOf(facts, at.place),
      fromCrate,
      fromSysroot: fromCrate !== undefined && sysroot.has(fromCrate),
      argumentCrates: argumentCrates(names).filter((crate) => !sysroot.has(crate)),
      ofSysroot: this.symbols
        .namesOf(symbol)
        .every(({ text, crate }) => !isPlain(text) && sysroot.has(crate)),
      declared: at.from !== NONE || facts.nodePlace[at.node] !== NONE,
    };
    return [...new Set(counting.map((hit) => hit.api))].map((api) => {
      const targetNames = new Map<string, TargetName>();
      for (const { name } of counting.filter((hit) => hit.api === api)) {
        // A shim is made for a function item, which has a path: its caller has not written a plain name.
        const isWritten = name.role === NameRole.own && !(shim !== undefined && isPlain(name.text));
        const own = isWritten || targetNames.get(name.text)?.own === true;
        targetNames.set(name.text, { text: name.text, crate: name.crate, own });
      }
      return {
        ...common,
        api: this.matcher.apis[api] as string,
        byArguments: given.hasOf(api),
        targetNames: [...targetNames.values()],
      };
    });
  }

  /**
   * Returns the crates with a live symbol in a top-level module that is named like an API, without the toolchain's
   * own crates.
   */
  possibleExports(output: JoinedOutput, foreignMembers: ForeignMembers): ExportCandidate[] {
    const found = new Map<string, ExportCandidate>();
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

  private exportsOf(symbol: SymbolId): readonly ExportCandidate[] {
    const known = this.exportsBySymbol[symbol];
    if (known !== undefined) return known;
    const exports = this.symbols.namesOf(symbol).flatMap((name): readonly ExportCandidate[] => {
      const [crate, module, rest] = name.text.split('::', 3);
      if (crate === undefined || module === undefined || rest === undefined) return noExports;
      return this.apiNames.has(module) ? [{ crate, module, symbol: name.text }] : noExports;
    });
    this.exportsBySymbol[symbol] = exports.length === 0 ? noExports : exports;
    return exports;
  }
}

/** Returns, by input, whether a package is responsible for it. */
function answeredFor(foreignMembers: ForeignMembers): boolean[] {
  return foreignMembers.map((members) => members !== undefined);
}

/**
 * Returns the frame and place for an instruction without a place. LLVM gives such an instruction line 0, with the
 * file, the column and often the frame of the preceding instruction, so the first reliable place is that of an
 * enclosing call. An instruction that the compiler itself put at line 0 (merged from two) has column 0 and a correct
 * frame.
 */
function enclosing(facts: ObjectFacts, node: number, given: FrameAt): FrameAt {
  for (let frame = given.from; frame !== NONE; frame = facts.frameParent[frame] as number) {
    const call = facts.framePlace[frame] as number;
    if (call !== NONE && !isOfSysroot(facts, call))
      return { from: facts.frameParent[frame] as number, place: call };
  }
  // The standard library is not responsible for usages, so code that is inlined into it is.
  const declared = facts.nodePlace[node] as number;
  return declared === NONE || isOfSysroot(facts, declared) ? given : { from: NONE, place: NONE };
}

function hasNoPlace(facts: ObjectFacts, place: number): boolean {
  return place !== NONE && facts.placeLine[place] === 0 && facts.placeColumn[place] !== 0;
}

function isOfSysroot(facts: ObjectFacts, place: number): boolean {
  const file = factString(facts, facts.placeFile[place] as number);
  return /^\/rustc\/|^\/rust\/deps[/\\]|\/rustlib\/src\/rust\/library\//.test(file);
}

/** Is the place one of the harness of tests? */
function isOfTestCrate(facts: ObjectFacts, place: number): boolean {
  return factString(facts, facts.placeFile[place] as number).includes('/library/test/src/');
}

/** The function that drops a value, by its names in several compiler versions. */
const dropGlue = /^core::ptr::drop_(?:in_place|glue)$/;

/** Returns the crates that a function's arguments name; for drop glue, the crate of the type, which has the fields. */
function argumentCrates(names: readonly SymbolName[]): string[] {
  const crates = names.flatMap(({ role, crate }) => (role === NameRole.own ? [] : [crate]));
  const isGlue = names.some(({ role, text }) => role === NameRole.own && dropGlue.test(text));
  // The arguments of a type precede it.
  return [...new Set(isGlue ? crates.slice(-1) : crates)];
}

/** Returns the symbol of the function at a reference: of the inlined frame, or else of the node. */
export function nameOf(facts: ObjectFacts, node: number, frame: number): string {
  const entity =
    frame === NONE ? (facts.nodeEntity[node] as number) : (facts.frameEntity[frame] as number);
  return entity === NONE ? '' : factString(facts, facts.entityString[entity] as number);
}

/** Returns a row of the place table with its file as a string; undefined for NONE. */
export function placeOf(facts: ObjectFacts, place: number): FactPlace | undefined {
  if (place === NONE) return undefined;
  return {
    file: factString(facts, facts.placeFile[place] as number),
    line: facts.placeLine[place] as number,
    column: facts.placeColumn[place] as number,
  };
}
