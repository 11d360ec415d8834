import { isDirectorySource } from '../config/sources.ts';
import type { Inventory } from '../inventory/types.ts';
import { sortedBy } from '../sorted-by.ts';
import { identityKey, identityOf, type PackageIdentity } from '../workspace/package-identity.ts';
import type { Package, Workspace } from '../workspace/types.ts';

/** A package of one side with its counterpart on the other. */
export interface Pair<Before extends PackageIdentity, After extends PackageIdentity = Before> {
  readonly before: Before | undefined;
  readonly after: After | undefined;
}

/**
 * Pairs the packages of two inventories: equal ones; then of each name those of one source, by compatible version (SemVer:
 * the leftmost number that is not 0), then in the order of their versions; at last those whose source moved.
 */
export function pairPackages<Before extends PackageIdentity, After extends PackageIdentity>(
  before: readonly Before[],
  after: readonly After[],
): Pair<Before, After>[] {
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names].sort().flatMap((name) => {
    const left = before.filter((p) => p.name === name);
    const right = after.filter((p) => p.name === name);
    const pairs: Pair<Before, After>[] = [];
    const pairWhere = (alike: (a: PackageIdentity, b: PackageIdentity) => boolean): void => {
      for (const a of [...left]) {
        const b = right.find((candidate) => alike(a, candidate));
        if (b === undefined) continue;
        left.splice(left.indexOf(a), 1);
        right.splice(right.indexOf(b), 1);
        pairs.push({ before: a, after: b });
      }
    };
    const sameSource = (a: PackageIdentity, b: PackageIdentity): boolean =>
      sourceKind(a) === sourceKind(b);
    pairWhere((a, b) => a.version === b.version && sameSource(a, b));
    pairWhere((a, b) => sameSource(a, b) && compatible(a.version) === compatible(b.version));
    pairWhere(sameSource);
    pairWhere((a, b) => compatible(a.version) === compatible(b.version));
    pairWhere(() => true);
    return [
      ...pairs,
      ...left.map((p) => ({ before: p, after: undefined })),
      ...right.map((p) => ({ before: undefined, after: p })),
    ];
  });
}

/** Returns what tells which facts of a package its counterpart in the base has not. */
export function newFacts(base: Inventory): (p: Package, fact: string, of: Workspace) => boolean {
  let known: { readonly of: Workspace; readonly had: ReadonlyMap<string, ReadonlySet<string>> };
  return (p, fact, of) => {
    if (known?.of !== of) {
      const pairs = pairPackages(base.packages, sortedBy(of.packages.map(identityOf), identityKey));
      const had = pairs.flatMap(({ before, after }) =>
        after === undefined ? [] : [[identityKey(after), new Set(before?.facts)] as const],
      );
      known = { of, had: new Map(had) };
    }
    return known.had.get(identityKey(identityOf(p)))?.has(fact) !== true;
  };
}

/**
 * Returns a source that stays the same while only a revision of it moves: of git the URL without query and fragment, of
 * directories one word, since those of the workspace may be named otherwise in another place.
 */
export function sourceKind({ source }: Pick<PackageIdentity, 'source'>): string {
  return isDirectorySource(source) ? 'a directory' : (source.split(/[?#]/)[0] ?? source);
}

function compatible(version: string): string {
  const [major = '', minor = '', patch = ''] = version.split(/[.+-]/);
  if (major !== '0') return major;
  return minor !== '0' ? `0.${minor}` : `0.0.${patch}`;
}
