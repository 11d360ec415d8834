import { Graph, layout } from '@dagrejs/dagre';
import type { PageGraph, PagePackage } from './types.ts';

const HEIGHT = 26;
/** Width of a letter of a package's name, and what is left free beside it. */
const LETTER = 7.2;
const MARGIN = 22;
/** dagre takes a second for some 300 packages, and several times as long for twice as many. */
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

/** Returns where the packages that were built stand, those that need others above them; empty for too many packages. */
export function layoutOf(packages: readonly PagePackage[]): PageGraph {
  const shown = packages.flatMap((p, index) => (p.isBuilt || p.isMember ? [index] : []));
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
  const isShown = new Set(shown);
  const below = new Map<number, Set<number>>();
  const reach = (index: number): Set<number> => {
    const known = below.get(index);
    if (known !== undefined) return known;
    const found = new Set<number>();
    // Set first: packages need each other in circles by their tests.
    below.set(index, found);
    for (const next of packages[index]?.needs ?? []) {
      found.add(next);
      for (const further of reach(next)) found.add(further);
    }
    return found;
  };
  return shown.flatMap((from) => {
    const needs = (packages[from]?.needs ?? []).filter((to) => isShown.has(to) && to !== from);
    return needs
      .filter(
        (to) =>
          !needs.some((other) => other !== to && reach(other).has(to) && !reach(to).has(other)),
      )
      .map((to) => [from, to] as const);
  });
}
