import type { PackageIndex, Workspace } from '../workspace/types.ts';

/**
 * Returns the packages whose libraries may be linked into a build script or a proc macro: what these need, and what that needs in
 * turn. Their code runs while others are compiled.
 */
export function hostPackages({ packages }: Pick<Workspace, 'packages'>): Set<PackageIndex> {
  const has = (index: PackageIndex, kind: string): boolean =>
    packages[index]?.targets.some((target) => target.kind.includes(kind)) === true;
  const found = new Set<PackageIndex>();
  const pending = packages.flatMap((p) => [
    ...(has(p.index, 'custom-build') ? p.buildDependencies : []),
    ...(has(p.index, 'proc-macro') ? [p.index] : []),
  ]);
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (found.has(index)) continue;
    found.add(index);
    pending.push(...(packages[index]?.normalDependencies ?? []));
  }
  return found;
}
