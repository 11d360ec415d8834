import type { ObjectFacts } from '../facts/tables.ts';

/** A node of one input. */
export interface NodeAt {
  readonly input: number;
  readonly node: number;
}

/** A reference on a path: an edge of one input. */
export interface PathStep {
  readonly input: number;
  readonly edge: number;
}

/** Paths from the roots of an output to some of its nodes, as JSON; they share common steps. */
export interface Reached {
  /** Three numbers a step: its input, its edge, and the row of the step before; -1 for the first after a root. */
  readonly steps: readonly number[];
  /** By node, as `input.node`: the row of its last step; -1 for a root. */
  readonly last: Readonly<Record<string, number>>;
}

/** Collects the paths to nodes; `pathTo` returns the steps to one. */
export function reached(nodes: readonly NodeAt[], pathTo: (at: NodeAt) => PathStep[]): Reached {
  const steps: number[] = [];
  const last: Record<string, number> = {};
  const rows = new Map<string, number>();
  for (const at of nodes) {
    const name = `${at.input}.${at.node}`;
    if (last[name] !== undefined) continue;
    let row = -1;
    for (const { input, edge } of pathTo(at)) {
      const key = `${row}.${input}.${edge}`;
      let next = rows.get(key);
      if (next === undefined) {
        next = steps.length / 3;
        steps.push(input, edge, row);
        rows.set(key, next);
      }
      row = next;
    }
    last[name] = row;
  }
  return { steps, last };
}

/** Returns the steps to a node, from the root on; undefined for a node whose path was not collected. */
export function pathIn({ steps, last }: Reached, at: NodeAt): PathStep[] | undefined {
  let row = last[`${at.input}.${at.node}`];
  if (row === undefined) return undefined;
  const path: PathStep[] = [];
  while (row >= 0) {
    path.push({ input: steps[row * 3] as number, edge: steps[row * 3 + 1] as number });
    row = steps[row * 3 + 2] as number;
  }
  return path.reverse();
}

/** Returns the node that contains the reference of an edge. */
export function nodeOfEdge({ nodeFirstEdge }: ObjectFacts, edge: number): number {
  let low = 0;
  let high = nodeFirstEdge.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((nodeFirstEdge[middle] as number) <= edge) low = middle;
    else high = middle;
  }
  while (low > 0 && (nodeFirstEdge[low] as number) > edge) low--;
  return low;
}
