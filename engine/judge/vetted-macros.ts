import type { Package } from '../workspace/types.ts';

/**
 * Macros of crates.io that were reviewed and lend nothing: the only caller's code that they put into `unsafe` is
 * names of fields and types that the macro itself defines, or code beside the unsafe operation. Listed by package and
 * macro, for every version; a package of the same name from another source does not count. docs/macros.md gives the
 * reason for each.
 */
const vetted: ReadonlyMap<string, readonly string[]> = new Map([
  ['bitflags', ['bitflags']],
  ['pin-project-lite', ['pin_project']],
]);

/** Returns true for a macro that is known to lend nothing. */
export function isVetted(
  { cargoName, source }: Pick<Package, 'cargoName' | 'source'>,
  macro: string,
): boolean {
  return source === 'crates.io' && vetted.get(cargoName)?.includes(macro) === true;
}
