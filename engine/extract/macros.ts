import type { UnitMacros } from '../facts/unit-record.ts';

/** The macros of one file, as wasm/source-tokens writes them. */
interface FileMacros {
  readonly defined: readonly [string, number, number, Readonly<Record<string, number>>][];
  readonly renamed: readonly [string, string][];
  readonly calls: Readonly<Record<string, readonly number[]>>;
  readonly names: Readonly<Record<string, readonly string[] | 0>>;
}

/** Merges the macros of the files of a unit. */
export class MacrosOfUnit {
  private readonly defined: UnitMacros['defined'][number][] = [];
  private readonly renamed = new Map<string, [string, string]>();
  private readonly files: string[] = [];
  private readonly calls = new Map<string, number[]>();
  private readonly names = new Map<string, Set<string> | undefined>();

  /** Adds a file by its JSON from wasm/source-tokens. */
  add(file: string, json: string): void {
    const { defined, renamed, calls, names } = JSON.parse(json) as FileMacros;
    for (const [name, exported, lends, called] of defined) {
      const list = Object.entries(called).map(([other, has]) => [normal(other), has] as const);
      this.defined.push([normal(name), exported, lends, exported === 1 ? list : []]);
    }
    for (const [other, name] of renamed) {
      const pair: [string, string] = [normal(other), normal(name)];
      this.renamed.set(pair.join(' '), pair);
    }
    const index = this.files.length;
    const entries = Object.entries(calls);
    if (entries.length > 0) this.files.push(file);
    for (const [name, numbers] of entries) this.addPlaces(normal(name), index, numbers);
    for (const [name, list] of Object.entries(names)) this.addNames(normal(name), list);
  }

  private addPlaces(name: string, file: number, numbers: readonly number[]): void {
    let places = this.calls.get(name);
    if (places === undefined) {
      places = [];
      this.calls.set(name, places);
    }
    for (let at = 0; at < numbers.length; at += 3)
      places.push(file, numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0);
  }

  private addNames(name: string, list: readonly string[] | 0): void {
    if (list === 0) {
      this.names.set(name, undefined);
      return;
    }
    if (!this.names.has(name)) this.names.set(name, new Set());
    const known = this.names.get(name);
    for (const other of list) known?.add(normal(other));
  }

  /** Returns all of them, as a record keeps them. */
  all(): UnitMacros {
    return {
      defined: this.defined,
      renamed: [...this.renamed.values()],
      files: this.files,
      calls: [...this.calls],
      names: [...this.names].map(([name, list]) => [name, list === undefined ? 0 : [...list]]),
    };
  }
}

/** rustc compares identifiers in this form. */
function normal(name: string): string {
  return name.normalize('NFC');
}
