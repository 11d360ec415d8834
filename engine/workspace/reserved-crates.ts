import { CheckError } from '../errors.ts';
import type { Workspace } from './types.ts';

/** Crate names that mean crates of the toolchain in every program. */
export const reservedCrates: ReadonlySet<string> = new Set([
  'std',
  'core',
  'alloc',
  'proc_macro',
  'test',
]);

/** Throws CheckError for a library with the name of a toolchain crate: `std::net` in sources and symbols could be of either. */
export function refuseReservedCrates({ byCrateName, packages }: Workspace): void {
  for (const crate of reservedCrates) {
    const p = packages[byCrateName.get(crate)?.[0] ?? -1];
    if (p === undefined) continue;
    throw new CheckError(
      `the library of ${p.label} (${p.manifestPath}) has the name of a crate of the toolchain, ${crate}: cackle cannot tell the two apart`,
      p.isWorkspaceMember
        ? `give it another name: \`[lib] name = "…"\` in ${p.manifestPath}`
        : `leave ${p.label} out of the tree, or use a version whose library has another name`,
    );
  }
}
