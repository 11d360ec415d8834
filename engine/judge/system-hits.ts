import { mayGive, systemFunctions } from '../config/system-functions.ts';
import { NameRole } from '../facts/tables.ts';
import type { JoinInput } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import { IMPORTED, type SymbolId, type SymbolNames } from '../graph/loaded-facts.ts';
import type { NodeAt } from '../graph/reached.ts';
import type { ApiHit } from './api-matcher.ts';

/** In COFF, `__imp_NAME` is where a linker puts the address of a DLL's NAME. */
const IMPORT = '__imp_';

const noHits: readonly ApiHit[] = [];

/** Finds functions of the system in one output: symbols of a known name that no package defines (rule 4.26). */
export class SystemHits {
  private readonly bySymbol = new Map<SymbolId, readonly ApiHit[]>();
  private readonly output: JoinedOutput;
  private readonly symbols: SymbolNames;
  private readonly ownerless: readonly boolean[];

  /** `apis` are those that cackle.toml defines; `ownerless` marks, by input, what belongs to the toolchain. */
  constructor(
    output: JoinedOutput,
    symbols: SymbolNames,
    apis: readonly string[],
    ownerless: readonly boolean[],
  ) {
    this.output = output;
    this.symbols = symbols;
    this.ownerless = ownerless;
    apis.forEach((name, api) => {
      for (const text of systemFunctions.get(name) ?? []) {
        // The address of an import is the system's, whoever defines a function of the same name.
        for (const symbol of [text, `${IMPORT}${text}`].flatMap((name) => symbols.findAll(name))) {
          // A plain symbol has one name, its own, which no crate is part of.
          const hit: ApiHit = { api, name: { text, crate: '', role: NameRole.own } };
          this.bySymbol.set(symbol, [...(this.bySymbol.get(symbol) ?? noHits), hit]);
        }
      }
    });
    // What is imported under another name, no package can define.
    for (const symbol of symbols.imports) {
      const text = symbols.text(symbol).slice(IMPORTED.length);
      const name = { text, crate: '', role: NameRole.own };
      const hits = apis.flatMap((of, api): ApiHit[] => (mayGive(of, text) ? [{ api, name }] : []));
      this.bySymbol.set(symbol, hits);
    }
  }

  /** Returns the hits of a symbol that a reference leads to; `at` is its definition, if an input has one. */
  of(symbol: SymbolId, at: NodeAt | undefined): readonly ApiHit[] {
    const hits = this.bySymbol.get(symbol);
    return hits === undefined || (at !== undefined && this.isOfPackage(symbol, at)) ? noHits : hits;
  }

  /**
   * Returns whether a package has this definition. Import libraries of Windows that packages bring define each function as a jump to
   * `__imp_NAME`, beside it: the function itself is the system's.
   */
  private isOfPackage(symbol: SymbolId, { input, node }: NodeAt): boolean {
    if (this.ownerless[input] === true) return false;
    const imported = this.symbols.find(`${IMPORT}${this.symbols.text(symbol)}`);
    const other = imported === undefined ? undefined : this.output.definitionOf(imported);
    if (other?.input !== input) return true;
    const { loaded } = this.output.inputs[input] as JoinInput;
    return loaded.memberOfNode(other.node) !== loaded.memberOfNode(node);
  }
}
