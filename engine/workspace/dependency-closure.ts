import type { PackageIndex } from './types.ts';

/**
 * Returns the predicate "`from` depends on `on`, even transitively, or is it" for a dependency table
 * (row: package, values: its direct dependencies). Cycles, which dev-dependencies make, are allowed.
 */
export function transitiveDependencies(
  direct: readonly (readonly PackageIndex[])[],
): (from: PackageIndex, on: PackageIndex) => boolean {
  // One row of bits a package, filled at its first use: most packages are never looked up.
  const rows = new Map<PackageIndex, Uint32Array>();
  const rowOf = (from: PackageIndex): Uint32Array => {
    const known = rows.get(from);
    if (known !== undefined) return known;
    const row = new Uint32Array(Math.ceil(direct.length / 32));
    const pending: PackageIndex[] = [from];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (has(row, next)) continue;
      row[next >>> 5] = (row[next >>> 5] ?? 0) | (1 << (next & 31));
      pending.push(...(direct[next] ?? []));
    }
    rows.set(from, row);
    return row;
  };
  return (from, on) => has(rowOf(from), on);
}

function has(row: Uint32Array, index: number): boolean {
  return ((row[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
}
