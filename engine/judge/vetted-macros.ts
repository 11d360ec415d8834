import type { Package } from '../workspace/types.ts';

/**
 * Macros of crates.io that were read and lend nothing: what they put into `unsafe` of their caller's are names of fields and types
 * of what they define themselves, or it stands beside what they do. By package and macro, whatever the version; a package of the
 * same name from elsewhere is not meant. docs/macros.md says why for each.
 */
const vetted: ReadonlyMap<string, readonly string[]> = new Map([
  ['bitflags', ['bitflags']],
  ['pin-project-lite', ['pin_project']],
]);

/** True for a macro that is known to lend nothing. */
export function isVetted(
  { cargoName, source }: Pick<Package, 'cargoName' | 'source'>,
  macro: string,
): boolean {
  return source === 'crates.io' && vetted.get(cargoName)?.includes(macro) === true;
}
