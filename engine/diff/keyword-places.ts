import { identityKey, identityOf, type PackageIdentity } from '../workspace/package-identity.ts';
import type { Package } from '../workspace/types.ts';
import type { Pair } from './match.ts';
import type { KnownSide } from './reviews.ts';

/**
 * Returns of which packages of a head the places of keywords are wanted: of those that changed since the base, which cackle.lock does
 * not have; without a base, of all.
 */
export function keywordsOf(
  base: KnownSide | undefined,
  changed: readonly Pair<PackageIdentity>[],
): ((p: Package) => boolean) | undefined {
  if (base === undefined) return undefined;
  const some = base.from === 'cackle.lock' ? [] : changed;
  const wanted = new Set(some.flatMap(({ after }) => (after ? [identityKey(after)] : [])));
  return (p) => wanted.has(identityKey(identityOf(p)));
}
