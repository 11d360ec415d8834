import { NONE } from '../facts/tables.ts';
import type { JoinInput } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import {
  makeRoom,
  type SymbolId,
  type SymbolName,
  type SymbolNames,
} from '../graph/loaded-facts.ts';
import type { NodeAt } from '../graph/reached.ts';
import type { ApiHit, ApiMatcher } from './api-matcher.ts';

const noHits: readonly ApiHit[] = [];

/** Finds the APIs of symbols, nodes and inlined frames; keeps what it learns about symbols. */
export class SymbolHits {
  private readonly bySymbol: (readonly ApiHit[] | undefined)[] = [];
  private readonly symbols: SymbolNames;
  private readonly matcher: ApiMatcher;

  constructor(symbols: SymbolNames, matcher: ApiMatcher) {
    this.symbols = symbols;
    this.matcher = matcher;
  }

  /** Makes room for symbols loaded since the last call. */
  prepare(): void {
    makeRoom(this.bySymbol, this.symbols.size);
  }

  /** Returns a symbol's hits, with those of its definition's debug name when the symbol alone tells less. */
  ofTarget(output: JoinedOutput, symbol: SymbolId): readonly ApiHit[] {
    const hits = this.hitsOf(symbol);
    if (hits.length > 0) return hits;
    const at = output.definitionOf(symbol);
    if (at === undefined) return hits;
    const qualified = qualifiedSymbol(output, at);
    return qualified === undefined ? hits : this.hitsOf(qualified);
  }

  /** Returns an inlined function's hits: by its symbol, and by its debug name when the symbol tells less. */
  ofFrame(output: JoinedOutput, input: number, frame: number): readonly ApiHit[] {
    const [symbol, qualified] = frameSymbols(output, input, frame);
    const hits = symbol === undefined ? noHits : this.hitsOf(symbol);
    return hits.length > 0 || qualified === undefined ? hits : this.hitsOf(qualified);
  }

  /** Returns all names of the function at a reference: of the inlined frame, or of the node when `frame` is NONE. */
  namesOf(output: JoinedOutput, at: NodeAt, frame: number): readonly SymbolName[] {
    const symbols =
      frame === NONE ? nodeSymbols(output, at) : frameSymbols(output, at.input, frame);
    return symbols.flatMap((symbol) => (symbol === undefined ? [] : this.symbols.namesOf(symbol)));
  }

  /** Returns the crate of the function at a reference (`std[5f3a]`); undefined when its symbol does not say. */
  crateOf(output: JoinedOutput, at: NodeAt, frame: number): string | undefined {
    const [symbol] =
      frame === NONE ? nodeSymbols(output, at) : frameSymbols(output, at.input, frame);
    return symbol === undefined ? undefined : this.symbols.crateOf(symbol);
  }

  private hitsOf(symbol: SymbolId): readonly ApiHit[] {
    const known = this.bySymbol[symbol];
    if (known !== undefined) return known;
    const hits = this.matcher.hits(this.symbols.namesOf(symbol));
    this.bySymbol[symbol] = hits.length === 0 ? noHits : hits;
    return hits;
  }
}

/** The symbol and the debug name of a node, each undefined when it has none. */
type Symbols = readonly [SymbolId | undefined, SymbolId | undefined];

function nodeSymbols(output: JoinedOutput, at: NodeAt): Symbols {
  const { facts, entitySymbol } = (output.inputs[at.input] as JoinInput).loaded;
  const entity = facts.nodeEntity[at.node] as number;
  const symbol = entity === NONE ? undefined : (entitySymbol[entity] as SymbolId);
  return [symbol, qualifiedSymbol(output, at)];
}

function frameSymbols(output: JoinedOutput, input: number, frame: number): Symbols {
  const { facts, entitySymbol } = (output.inputs[input] as JoinInput).loaded;
  const qualified = facts.frameQualified[frame] as number;
  return [
    entitySymbol[facts.frameEntity[frame] as number] as SymbolId,
    qualified === NONE ? undefined : (entitySymbol[qualified] as SymbolId),
  ];
}

function qualifiedSymbol(output: JoinedOutput, at: NodeAt): SymbolId | undefined {
  const { facts, entitySymbol } = (output.inputs[at.input] as JoinInput).loaded;
  const qualified = facts.nodeQualified[at.node] as number;
  return qualified === NONE ? undefined : (entitySymbol[qualified] as SymbolId);
}
