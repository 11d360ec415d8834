import { ENTITY_BIT, NodeFlag } from '../facts/tables.ts';
import type { JoinInput } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import type { SymbolId, SymbolNames } from '../graph/loaded-facts.ts';
import type { NodeAt } from '../graph/reached.ts';
import type { ApiHit, ApiMatcher } from './api-matcher.ts';
import type { SymbolHits } from './symbol-hits.ts';
import type { SystemHits } from './system-hits.ts';
import { TypeArguments } from './type-arguments.ts';

/** A symbol that belongs to an API, with its matching names. */
export interface HitTarget {
  readonly symbol: SymbolId;
  readonly hits: readonly ApiHit[];
  /** The APIs that it would belong to as a function of the system (rule 4.26). */
  readonly system: readonly ApiHit[];
  /** The arguments of the call shim that leads to it; undefined when another path leads there too. */
  readonly shim: TypeArguments | undefined;
}

const noTargets: readonly HitTarget[] = [];

/** Finds which API symbols the references of one output lead to, through anonymous data and call shims of any depth. */
export class Targets {
  private readonly bySymbol: (readonly HitTarget[] | undefined)[];
  private readonly byNode = new Map<number, readonly HitTarget[]>();
  private readonly output: JoinedOutput;
  private readonly hits: SymbolHits;
  private readonly symbols: SymbolNames;
  private readonly matcher: ApiMatcher;
  private readonly system: SystemHits;

  /** `room` stores the targets, with an entry for each symbol. */
  constructor(
    output: JoinedOutput,
    hits: SymbolHits,
    symbols: SymbolNames,
    matcher: ApiMatcher,
    system: SystemHits,
    room: (readonly HitTarget[] | undefined)[],
  ) {
    this.output = output;
    this.hits = hits;
    this.symbols = symbols;
    this.matcher = matcher;
    this.system = system;
    this.bySymbol = room;
  }

  /** Returns the targets of a reference in an input. */
  targetsAt(input: number, target: number): readonly HitTarget[] {
    const { output } = this;
    const symbol = output.symbolOfTarget(input, target);
    // A definition in another file is found by the symbol alone; one in this file may have no symbol.
    if (symbol !== undefined && target >= ENTITY_BIT) {
      const known = this.bySymbol[symbol];
      if (known !== undefined) return known;
      const found = this.at(symbol, output.definitionOf(symbol));
      this.bySymbol[symbol] = found;
      return found;
    }
    return this.at(symbol, { input, node: target });
  }

  private at(symbol: SymbolId | undefined, at: NodeAt | undefined): readonly HitTarget[] {
    const target = symbol === undefined ? undefined : this.target(symbol, at, undefined);
    const own = target === undefined ? noTargets : [target];
    if (at === undefined || !this.isLookedThrough(at)) return own;
    const key = at.input * 2 ** 32 + at.node;
    let through = this.byNode.get(key);
    if (through === undefined) {
      through = this.through(at);
      this.byNode.set(key, through);
    }
    return own.length === 0 ? through : [...own, ...through];
  }

  private through(start: NodeAt): HitTarget[] {
    const { output } = this;
    const found = new Map<SymbolId, HitTarget>();
    const visited = new Set<number>();
    const withoutShim: NodeAt[] = [start];
    const behindShim: [NodeAt, TypeArguments][] = [];
    const visit = (at: NodeAt, given: TypeArguments | undefined): void => {
      const key = at.input * 2 ** 32 + at.node;
      if (visited.has(key)) return;
      visited.add(key);
      const shim = this.shimArguments(at) ?? given;
      const { facts } = (output.inputs[at.input] as JoinInput).loaded;
      const end = facts.nodeFirstEdge[at.node + 1] as number;
      for (let edge = facts.nodeFirstEdge[at.node] as number; edge < end; edge++) {
        const target = facts.edgeTarget[edge] as number;
        const next = output.resolve(at.input, target);
        if (next !== undefined && this.isLookedThrough(next)) {
          if (shim === undefined) withoutShim.push(next);
          else behindShim.push([next, shim]);
        }
        const symbol = output.symbolOfTarget(at.input, target);
        if (symbol === undefined || found.has(symbol)) continue;
        const hit = this.target(symbol, next, shim);
        if (hit !== undefined) found.set(symbol, hit);
      }
    };
    // Targets reachable without a shim come first, so that a shim that leads there as well hides none of them.
    for (let at = withoutShim.pop(); at !== undefined; at = withoutShim.pop()) {
      if (this.shimArguments(at) === undefined) visit(at, undefined);
      else behindShim.push([at, new TypeArguments([], this.matcher)]);
    }
    for (let next = behindShim.pop(); next !== undefined; next = behindShim.pop()) visit(...next);
    return [...found.values()];
  }

  /** Returns what a reference to a symbol hits; undefined for nothing. */
  private target(
    symbol: SymbolId,
    at: NodeAt | undefined,
    shim: TypeArguments | undefined,
  ): HitTarget | undefined {
    const hits = this.hits.ofTarget(this.output, symbol);
    const system = this.system.of(symbol, at);
    return hits.length + system.length === 0 ? undefined : { symbol, hits, system, shim };
  }

  /** Returns the arguments of a call shim; undefined for any other node. */
  private shimArguments(at: NodeAt): TypeArguments | undefined {
    const { facts, entitySymbol } = (this.output.inputs[at.input] as JoinInput).loaded;
    if (((facts.nodeFlags[at.node] as number) & NodeFlag.callShim) === 0) return undefined;
    const entity = facts.nodeEntity[at.node] as number;
    const names = this.symbols.namesOf(entitySymbol[entity] as SymbolId);
    return new TypeArguments(names, this.matcher);
  }

  private isLookedThrough({ input, node }: NodeAt): boolean {
    const { facts } = (this.output.inputs[input] as JoinInput).loaded;
    return ((facts.nodeFlags[node] as number) & (NodeFlag.anonymous | NodeFlag.callShim)) !== 0;
  }
}
