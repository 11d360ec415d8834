import { CheckError } from '../errors.ts';
import type { Workspace } from './types.ts';

/** Names that every program uses for crates of the toolchain. */
export const reservedCrates: ReadonlySet<string> = new Set([
  'std',
  'core',
  'alloc',
  'proc_macro',
  'test',
]);

/** Throws CheckError for a library that is called as one of the toolchain: whose is `std::net` then, in sources and in symbols? */
export function refuseReservedCrates({ byCrateName, packages }: Workspace): void {
  for (const crate of reservedCrates) {
    const p = packages[byCrateName.get(crate)?.[0] ?? -1];
    if (p === undefined) continue;
    throw new CheckError(
      `the library of ${p.label} (${p.manifestPath}) is called ${crate}, as a crate of the toolchain: nobody can tell who uses what`,
      p.isWorkspaceMember
        ? `give it another name: \`[lib] name = "…"\` in ${p.manifestPath}`
        : `leave ${p.label} out of the tree, or use a version whose library has another name`,
    );
  }
}
