import type { Package, Workspace } from './types.ts';

/** What tells a package from all others: cargo's name, version and source, as inventories and cackle.lock have them. */
export interface PackageIdentity {
  readonly name: string;
  readonly version: string;
  /** As {@link Package.source}. */
  readonly source: string;
}

/** Returns the identity of a package of a workspace. */
export function identityOf({ cargoName: name, version, source }: Package): PackageIdentity {
  return { name, version, source };
}

/** Are two packages the same by name, version and source? */
export function isSamePackage(a: PackageIdentity, b: PackageIdentity): boolean {
  return a.name === b.name && a.version === b.version && a.source === b.source;
}

/** Returns a text that is the same for the same packages alone, and by which they sort. */
export function identityKey({ name, version, source }: PackageIdentity): string {
  return [name, version, source].join('\0');
}

/** Returns the package of a workspace with an identity; undefined when it has none. */
export function findPackage(
  { packages }: Pick<Workspace, 'packages'>,
  wanted: PackageIdentity,
): Package | undefined {
  return packages.find((p) => isSamePackage(identityOf(p), wanted));
}
