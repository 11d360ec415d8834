import type { ApiDefinition } from '../config/types.ts';
import type { SymbolName } from '../graph/loaded-facts.ts';
import { firstSegment } from '../rust-paths.ts';

/** A match of a name with an API, which is given by its index in the matcher's list. */
export interface ApiHit {
  readonly api: number;
  /** The name that matched. */
  readonly name: SymbolName;
}

interface TrieNode {
  readonly children: Map<string, TrieNode>;
  readonly included: number[];
  readonly excluded: number[];
}

/** Matches names against all APIs at once, by prefixes of whole segments; exclusions take precedence (rule 2.5). */
export class ApiMatcher {
  readonly apis: readonly string[];
  private readonly root = trieNode();

  constructor(definitions: readonly Pick<ApiDefinition, 'name' | 'include' | 'exclude'>[]) {
    this.apis = definitions.map((definition) => definition.name);
    definitions.forEach((definition, api) => {
      for (const path of definition.include) this.at(path).included.push(api);
      for (const path of definition.exclude) this.at(path).excluded.push(api);
    });
  }

  /** Returns the indices of the APIs that a name belongs to, each once. */
  match(name: string): number[] {
    if (!this.root.children.has(firstSegment(name))) return [];
    const included = new Set<number>();
    const excluded = new Set<number>();
    let node: TrieNode | undefined = this.root;
    for (const segment of name.split('::')) {
      node = node.children.get(segment);
      if (node === undefined) break;
      for (const api of node.included) included.add(api);
      for (const api of node.excluded) excluded.add(api);
    }
    return [...included].filter((api) => !excluded.has(api));
  }

  /** Returns every pair of API and name for a set of names. */
  hits(names: readonly SymbolName[]): ApiHit[] {
    return names.flatMap((name) => this.match(name.text).map((api) => ({ api, name })));
  }

  private at(path: string): TrieNode {
    let node = this.root;
    for (const segment of path.split('::')) {
      let child = node.children.get(segment);
      if (child === undefined) {
        child = trieNode();
        node.children.set(segment, child);
      }
      node = child;
    }
    return node;
  }
}

function trieNode(): TrieNode {
  return { children: new Map(), included: [], excluded: [] };
}
