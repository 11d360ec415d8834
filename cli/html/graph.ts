import { Graph, layout } from '@dagrejs/dagre';
import type { PageGraph, PagePackage } from './types.ts';

const HEIGHT = 26;
/** Width of a letter of a package's name, and what is left free beside it. */
const LETTER = 7.2;
const MARGIN = 22;
/**
 * dagre takes 0.8, 1.7 and 3.0 s for 100, 200 and 400 packages: while the page is written, not in the browser, which gets
 * where each box stands.
 */
const MAX_NODES = 400;

/** What of dagre's graph is used: its own types are not found by the way that Node resolves modules. */
interface Drawing {
  setGraph(label: Readonly<Record<string, string | number>>): unknown;
  setDefaultEdgeLabel(make: () => object): unknown;
  setNode(name: string, label: { width: number; height: number }): unknown;
  setEdge(from: string, to: string): unknown;
  graph(): { width?: number; height?: number };
  node(name: string): { x?: number; y?: number; width: number };
  edges(): readonly { readonly v: string; readonly w: string }[];
  edge(edge: { v: string; w: string }): { points?: readonly { x: number; y: number }[] };
}

/** Returns whether a package has a place in the picture, if there are not too many of them. */
export const isDrawn = ({ isBuilt, isMember }: PagePackage): boolean => isBuilt || isMember;

/**
 * Returns where the packages that were built stand, those that need others left of them. Of too many, those without
 * capabilities are left out, and a line leads through them; of too many even then, the picture is empty.
 */
export function layoutOf(packages: readonly PagePackage[]): PageGraph {
  const all = packages.flatMap((p, index) => (isDrawn(p) ? [index] : []));
  const shown =
    all.length <= MAX_NODES
      ? all
      : all.filter((index) => packages[index]?.isMember || packages[index]?.danger !== 'none');
  if (shown.length === 0 || shown.length > MAX_NODES)
    return { width: 0, height: 0, nodes: [], edges: [] };
  const graph: Drawing = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 8, ranksep: 60, edgesep: 4, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const index of shown) {
    const { label } = packages[index] as PagePackage;
    graph.setNode(String(index), { width: label.length * LETTER + MARGIN, height: HEIGHT });
  }
  for (const [from, to] of direct(packages, shown)) graph.setEdge(String(from), String(to));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: shown.map((index) => {
      const node = graph.node(String(index));
      return { package: index, x: round(node.x), y: round(node.y), width: Math.ceil(node.width) };
    }),
    edges: graph.edges().map((edge) => ({
      from: Number(edge.v),
      to: Number(edge.w),
      points: (graph.edge(edge).points ?? []).flatMap(({ x, y }) => [round(x), round(y)]),
    })),
  };
}

const round = (x: number | undefined): number => Math.round((x ?? 0) * 10) / 10;

/** The dependencies that no longer way through others also makes: with all of them, no edge can be followed. */
function direct(
  packages: readonly PagePackage[],
  shown: readonly number[],
): (readonly [number, number])[] {
  const needsOf = throughOthers(packages, new Set(shown));
  const below = new Map<number, Set<number>>();
  const reach = (index: number): Set<number> => {
    const known = below.get(index);
    if (known !== undefined) return known;
    const found = new Set<number>();
    // Set first: packages need each other in circles by their tests.
    below.set(index, found);
    for (const next of needsOf(index)) {
      found.add(next);
      for (const further of reach(next)) found.add(further);
    }
    return found;
  };
  return shown.flatMap((from) => {
    const needs = needsOf(from);
    return needs
      .filter(
        (to) =>
          !needs.some((other) => other !== to && reach(other).has(to) && !reach(to).has(other)),
      )
      .map((to) => [from, to] as const);
  });
}

/** Gives what a package needs of those that are shown, itself or through others that are not. */
function throughOthers(
  packages: readonly PagePackage[],
  isShown: ReadonlySet<number>,
): (index: number) => readonly number[] {
  const known = new Map<number, readonly number[]>();
  const isBuilt = (index: number): boolean => {
    const p = packages[index];
    return p !== undefined && isDrawn(p);
  };
  return (index) => {
    const before = known.get(index);
    if (before !== undefined) return before;
    const seen = new Set([index]);
    const pending = [...(packages[index]?.needs ?? [])];
    const found: number[] = [];
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (isShown.has(next)) found.push(next);
      else if (isBuilt(next)) pending.push(...(packages[next]?.needs ?? []));
    }
    known.set(index, found);
    return found;
  };
}
