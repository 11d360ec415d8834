import { type CfgSet, cfgHolds } from '../workspace/cfg-expression.ts';
import type { Candidate } from './candidates.ts';
import type { FullTree, TreeNode } from './full-tree.ts';
import type { ShownBy, UncompiledPackage } from './types.ts';

/** Triples that are named; any of them will do. */
const MOST_TRIPLES = 3;

/** A dependency on the way to a package that was not compiled. */
interface Need {
  readonly by: TreeNode;
  readonly target: string | undefined;
  readonly kind: 'dev' | 'build' | undefined;
  /** Features of `by`, one of which is wanted; empty where the dependency is always there. */
  readonly features: readonly string[];
}

/**
 * Returns the packages that were not compiled, with what needs them and a build that would compile them: the shortest way
 * from what was compiled leads over dependencies, each for some target, or by some feature.
 */
export function uncompiledPackages(
  tree: FullTree,
  isCompiled: (node: TreeNode) => boolean,
  candidates: readonly Candidate[],
): UncompiledPackage[] {
  const ways = new Map<TreeNode, readonly Need[]>();
  let front: (readonly [TreeNode, readonly Need[]])[] = tree.nodes
    .filter(isCompiled)
    .map((node) => [node, []]);
  while (front.length > 0) {
    const next: (readonly [TreeNode, readonly Need[]])[] = [];
    for (const [from, way] of front)
      for (const { to, ...condition } of from.needs) {
        if (isCompiled(to) || ways.has(to)) continue;
        const longer = [...way, { by: from, ...condition }];
        ways.set(to, longer);
        next.push([to, longer]);
      }
    front = next;
  }
  return tree.nodes
    .filter((node) => !isCompiled(node))
    .map((node) => ({
      name: node.name,
      version: node.version,
      neededBy: neededBy(node, tree),
      shownBy: shownBy(ways.get(node), tree, candidates),
    }));
}

function neededBy(node: TreeNode, { nodes }: FullTree): UncompiledPackage['neededBy'] {
  const found = nodes.flatMap((from) =>
    from.needs
      .filter(({ to }) => to === node)
      .map(({ target, kind }) => ({
        package: `${from.name} ${from.version}`,
        ...(target === undefined ? {} : { target }),
        ...(kind === undefined ? {} : { kind }),
      })),
  );
  return [...new Map(found.map((need) => [JSON.stringify(need), need])).values()];
}

function shownBy(
  way: readonly Need[] | undefined,
  tree: FullTree,
  candidates: readonly Candidate[],
): ShownBy | undefined {
  if (way === undefined) return undefined;
  const keys = way.flatMap(({ target }) => target ?? []);
  const fitting = candidates.filter((candidate) => keys.every((key) => isFor(key, candidate)));
  if (keys.length > 0 && fitting.length === 0) return undefined;
  return {
    targets: keys.length === 0 ? [] : fitting.slice(0, MOST_TRIPLES).map(({ triple }) => triple),
    features: way.flatMap(({ by, features: [first] }) =>
      first === undefined ? [] : [tree.ofMember(by, first)],
    ),
    without: [],
    ...(way.some(({ kind }) => kind === 'dev') ? { tests: true } : {}),
  };
}

/** Is a key of `[target.KEY]`, a triple or `cfg(…)`, for a target? */
function isFor(key: string, { triple, settings }: Candidate): boolean {
  return key === triple || cfgHolds(key, settings satisfies CfgSet) === true;
}
