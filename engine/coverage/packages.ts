import { distinct } from '../distinct.ts';
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

/** Ways to a package that are followed: by one it may be for a target that the next dependency is not for. */
const MOST_WAYS = 4;

/** A way from what was compiled to a package. */
interface Way {
  readonly needs: readonly Need[];
  /** The targets for which all of it is. */
  readonly fitting: readonly Candidate[];
  /** True behind a build script or proc macro: then conditions are about this machine. */
  readonly isOfHost: boolean;
}

/**
 * Returns the packages that were not compiled, with what needs them and a build that would compile them: the shortest way
 * from what was compiled leads over dependencies, each for some target, or by some feature.
 */
export function uncompiledPackages(
  tree: FullTree,
  isCompiled: (node: TreeNode) => boolean,
  candidates: readonly Candidate[],
  host: string,
): UncompiledPackage[] {
  const isOnHost = (key: string): boolean =>
    candidates.some((one) => one.triple === host && isFor(key, one));
  const ways = new Map<TreeNode, Way[]>();
  const { ofTarget, ofHost } = sidesOf(tree);
  let front: (readonly [TreeNode, Way])[] = tree.nodes
    .filter(isCompiled)
    .flatMap((node) =>
      [...(ofTarget.has(node) ? [false] : []), ...(ofHost.has(node) ? [true] : [])].map(
        (isOfHost) => [node, { needs: [], fitting: candidates, isOfHost }] as const,
      ),
    );
  while (front.length > 0) {
    const behind: (readonly [TreeNode, Way])[] = [];
    for (const [from, way] of front)
      for (const { to, ...condition } of from.needs) {
        const known = ways.get(to) ?? [];
        if (isCompiled(to) || known.length >= MOST_WAYS) continue;
        const { target, kind } = condition;
        const isOfHost = way.isOfHost || kind === 'build';
        if (isOfHost && target !== undefined && !isOnHost(target)) continue;
        const fitting =
          isOfHost || target === undefined
            ? way.fitting
            : way.fitting.filter((one) => isFor(target, one));
        const next = isOfHost || to.isProcMacro;
        const isKnown = known.some(
          (other) => other.fitting.length === fitting.length && other.isOfHost === next,
        );
        if (isKnown || fitting.length === 0) continue;
        const longer = {
          needs: [...way.needs, { by: from, ...condition }],
          fitting,
          isOfHost: next,
        };
        ways.set(to, [...known, longer]);
        behind.push([to, longer]);
      }
    front = behind;
  }
  return tree.nodes
    .filter((node) => !isCompiled(node))
    .map((node) => ({
      name: node.name,
      version: node.version,
      neededBy: neededBy(node, tree),
      shownBy: shownBy(ways.get(node) ?? [], tree, candidates.length),
    }));
}

/** Returns the packages that are compiled for a target, and those that are for this machine, by any features. */
function sidesOf({ nodes }: FullTree): Record<'ofTarget' | 'ofHost', ReadonlySet<TreeNode>> {
  const [ofTarget, ofHost] = [new Set<TreeNode>(), new Set<TreeNode>()];
  const pending = nodes.filter(({ isMember }) => isMember).map((node) => ({ node, host: false }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const host = next.host || next.node.isProcMacro;
    const side = host ? ofHost : ofTarget;
    if (side.has(next.node)) continue;
    side.add(next.node);
    for (const { to, kind } of next.node.needs)
      pending.push({ node: to, host: host || kind === 'build' });
  }
  return { ofTarget, ofHost };
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
  return distinct(found);
}

function shownBy(ways: readonly Way[], tree: FullTree, candidates: number): ShownBy | undefined {
  const [way] = ways;
  if (way === undefined) return undefined;
  const { needs, fitting } = way;
  const isForSome = fitting.length < candidates;
  const [features, unreachable]: [string[], string[]] = [[], []];
  for (const { by, features: any } of needs) {
    if (any.length === 0) continue;
    const asked = any.map((feature) => tree.asking(by, feature));
    if (asked.some(({ isAlways }) => isAlways)) continue;
    const option = asked.find((one) => one.option !== undefined)?.option;
    if (option !== undefined) features.push(option);
    else unreachable.push(featureOf(by, any[0] ?? ''));
  }
  return {
    targets: isForSome ? fitting.slice(0, MOST_TRIPLES).map(({ triple }) => triple) : [],
    features,
    unreachable,
    without: [],
    ...(needs.some(({ kind }) => kind === 'dev') ? { tests: true } : {}),
  };
}

/** Returns how a feature that no option turns on is named: `PACKAGE@VERSION/FEATURE`. */
export function featureOf(
  { name, version }: { readonly name: string; readonly version: string },
  feature: string,
): string {
  return `${name}@${version}/${feature}`;
}

/** Is a key of `[target.KEY]`, a triple or `cfg(…)`, for a target? */
function isFor(key: string, { triple, settings }: Candidate): boolean {
  return key === triple || cfgHolds(key, settings satisfies CfgSet) === true;
}
