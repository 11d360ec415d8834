import { factString, NONE, NodeFlag } from '../facts/tables.ts';
import type { JoinInput, LinkedSymbol } from './join-input.ts';
import type { SymbolId, SymbolNames } from './loaded-facts.ts';
import type { NodeAt } from './reached.ts';

/** Finds the nodes that a symbol of a linked file can be. */
export class NamedNodes {
  private readonly inputs: readonly JoinInput[];
  private readonly symbols: SymbolNames;
  private readonly definitionOf: (symbol: SymbolId) => NodeAt | undefined;
  /** Local nodes by symbol, as linked lists: rows from 1, 0 ends. */
  private readonly head: Uint32Array;
  private readonly next: Uint32Array;
  private readonly rowInput: Uint32Array;
  private readonly rowNode: Uint32Array;

  constructor(
    inputs: readonly JoinInput[],
    symbols: SymbolNames,
    definitionOf: (symbol: SymbolId) => NodeAt | undefined,
  ) {
    this.inputs = inputs;
    this.symbols = symbols;
    this.definitionOf = definitionOf;
    const nodes = inputs.reduce((sum, { loaded }) => sum + loaded.facts.nodeSection.length, 1);
    this.head = new Uint32Array(symbols.size);
    this.next = new Uint32Array(nodes);
    this.rowInput = new Uint32Array(nodes);
    this.rowNode = new Uint32Array(nodes);
    let row = 0;
    inputs.forEach(({ loaded: { facts, entitySymbol } }, input) => {
      for (let node = 0; node < facts.nodeSection.length; node++) {
        const entity = facts.nodeEntity[node] as number;
        if (entity === NONE || ((facts.nodeFlags[node] as number) & NodeFlag.global) !== 0)
          continue;
        const symbol = entitySymbol[entity] as number;
        row++;
        this.rowInput[row] = input;
        this.rowNode[row] = node;
        this.next[row] = this.head[symbol] as number;
        this.head[symbol] = row;
      }
    });
  }

  /**
   * Returns the local nodes of that name in the object of that name; else the global definition, which a linker makes
   * local when it is not exported; else local nodes of objects without a name. None for symbols that the linker or the
   * C start-up code added.
   */
  find({ name, file }: LinkedSymbol): NodeAt[] {
    const symbol = this.symbols.find(name);
    if (symbol === undefined) return [];
    const global = this.definitionOf(symbol);
    if (file === undefined && global !== undefined) return [global];
    const inFile: NodeAt[] = [];
    const unknown: NodeAt[] = [];
    for (let row = this.head[symbol] ?? 0; row !== 0; row = this.next[row] as number) {
      const at = { input: this.rowInput[row] as number, node: this.rowNode[row] as number };
      const own = this.fileOf(at);
      if (own === undefined || file === undefined) unknown.push(at);
      else if (own === file) inFile.push(at);
    }
    if (inFile.length > 0) return inFile;
    return global === undefined ? unknown : [global];
  }

  private fileOf({ input, node }: NodeAt): string | undefined {
    const { loaded } = this.inputs[input] as JoinInput;
    const file = loaded.facts.memberFile[loaded.memberOfNode(node)] as number;
    return file === NONE ? undefined : factString(loaded.facts, file);
  }
}
