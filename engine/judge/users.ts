import type { SourcePlace } from '../problems/places.ts';
import { crateNameOf, firstSegment, isPlain } from '../rust-paths.ts';
import type { FileOwners } from '../workspace/owners.ts';
import { isStandardLibraryFile } from '../workspace/owners.ts';
import { reservedCrates } from '../workspace/reserved-crates.ts';
import type { CrateKind, Package, PackageIndex, Workspace } from '../workspace/types.ts';
import type { Reference, TargetName } from './references.ts';
import { crateName } from './sysroot-crates.ts';

/** What attribution needs to know about the output that contains the references. */
export interface OutputOwner {
  readonly package: PackageIndex;
  readonly kind: CrateKind;
  /** True when rustc's test harness provides the program's `main`. */
  readonly hasHarness: boolean;
  /** By link input: the package whose unit made it; undefined for the standard library. */
  readonly inputPackages: readonly (PackageIndex | undefined)[];
  /** By link input: true when its functions tell whose a reference is, and nothing else does (rule 12.8). */
  readonly toldByFunctions?: readonly boolean[] | undefined;
}

/** The packages that used something, the place, and the names of the target to which that applies. */
export interface Users {
  readonly users: readonly Package[];
  readonly place: SourcePlace;
  readonly targets: readonly TargetName[];
  /** True when they did not write it: one of their types led the standard library there. */
  readonly byType: boolean;
}

/**
 * Returns the packages to which a reference is charged (rules 4.7, 4.9, 4.10); none when the standard library uses
 * its own items.
 */
export function usersOf(
  reference: Reference,
  output: OutputOwner,
  workspace: Workspace,
  owners: FileOwners,
): Users {
  const targets = reference.targetNames;
  const file = reference.place?.file ?? reference.outerFile;
  const packages = (indices: readonly PackageIndex[]): Package[] =>
    indices.map((index) => workspace.packages[index]).filter((p) => p !== undefined);
  if (file !== undefined && !reference.foreign && reference.declared) {
    const place = reference.place ?? { file, line: 0, column: 0 };
    const listed = owners.ownersOf(file);
    const writers = writersOf(listed, reference, output, workspace);
    if (writers.length > 0) {
      const isForeignPlace = !writers.some((writer) => listed.includes(writer));
      return {
        users: packages(writers),
        place: isForeignPlace ? { file: reference.outerFile ?? file, line: 0, column: 0 } : place,
        targets,
        byType: false,
      };
    }
    if (isStandardLibraryFile(file, workspace) && reference.fromSysroot) {
      // What the standard library does by itself and to its own types is charged to no package. What a package's type
      // led it to is charged to that package.
      const given = reference.ofSysroot ? [] : targets.filter(({ own }) => !own);
      const users =
        given.length === 0 ? [] : packagesOf(reference.argumentCrates, output, workspace);
      return { users: packages(users), place, targets: given, byType: true };
    }
  }
  const tells = output.toldByFunctions?.[reference.input] === true;
  if (tells && file === undefined && !reference.foreign && reference.fromSysroot) {
    // The standard library's, or of a package whose closure or type it was made for.
    const users = packages(packagesOf(reference.argumentCrates, output, workspace));
    const root = users[0]?.targets[0]?.sourcePath ?? '';
    return { users, place: { file: root, line: 0, column: 0 }, targets, byType: true };
  }
  // Foreign code, assembly, no debug info, or a file in no unit's sources: the package that built the object is
  // responsible.
  const users = packages(makerOf(reference, output, workspace));
  const root = users[0]?.targets[0]?.sourcePath ?? file ?? '';
  const told = reference.foreign || reference.declared;
  const unknown = { file: (told ? file : undefined) ?? root, line: 0, column: 0 };
  const shown = (told ? reference.place : undefined) ?? unknown;
  return { users, place: shown, targets, byType: false };
}

/**
 * Returns the owners of a file, if the function's code can come from it. Code from a macro may keep the places of the
 * macro's file, but then the function's crate depends on the macro's. Assembly can name any file: then the packages
 * of the function's crate are returned. A name without the mark of a crate is CodeView's, which gives two calls that were
 * inlined on one line the name of one of them: it says less than the file.
 */
function writersOf(
  owners: readonly PackageIndex[],
  { fromCrate, fromSysroot }: Reference,
  output: OutputOwner,
  workspace: Workspace,
): readonly PackageIndex[] {
  if (owners.length === 0 || fromCrate?.endsWith(']') !== true || fromSysroot) return owners;
  const libraries = providersOf(fromCrate, workspace);
  // A program, test or example may have the crate name of another package's library.
  const isOwn =
    libraries.length > 0 && hasCrate(workspace.packages[output.package], crateName(fromCrate));
  const crates = isOwn ? [...libraries, output.package] : libraries;
  const mayBe = crates.some((c) => owners.some((owner) => workspace.dependsOn(c, owner)));
  return crates.length === 0 || mayBe ? owners : crates;
}

/**
 * Returns the packages of crates that an output contains; of packages that depend on each other, the ones on which no
 * other depends.
 */
function packagesOf(
  crates: readonly string[],
  output: OutputOwner,
  workspace: Workspace,
): PackageIndex[] {
  const packages = crates.flatMap((crate) => {
    const libraries = providersOf(crate, workspace);
    // A crate that is no library can only be the output's own.
    return libraries.length === 0 ? [output.package] : libraries;
  });
  const all = [...new Set(packages)];
  const held = all.filter((index) => workspace.dependsOn(output.package, index));
  const isBelow = (index: PackageIndex): boolean =>
    held.some((other) => other !== index && workspace.dependsOn(other, index));
  return held.filter((index) => !isBelow(index));
}

function providersOf(crate: string, workspace: Workspace): readonly PackageIndex[] {
  return workspace.byCrateName.get(crateName(crate)) ?? [];
}

/**
 * Returns the package whose unit made the input. LTO moves statics of dependencies into the program's object: for
 * these, the name tells the package.
 */
function makerOf(
  { input, outerNames, foreign }: Reference,
  output: OutputOwner,
  workspace: Workspace,
): readonly PackageIndex[] {
  const maker = output.inputPackages[input];
  if (maker === undefined) return [];
  const [name, ...others] = outerNames;
  if (foreign || maker !== output.package || name === undefined || others.length > 0)
    return [maker];
  const crate = firstSegment(name);
  const isOwn = hasCrate(workspace.packages[maker], crate);
  const definers = (workspace.byCrateName.get(crate) ?? []).filter((index) =>
    workspace.dependsOn(maker, index),
  );
  // A dependency's crate may have the same name as one of the package's own: then both are responsible.
  if (isOwn) return [...new Set([maker, ...definers])];
  return definers.length > 0 ? definers : [maker];
}

function hasCrate(p: Package | undefined, crate: string): boolean {
  return p?.targets.some((t) => crateNameOf(t.name) === crate) === true;
}

/** Distinguishes a package's crates from those of others. */
interface OwnCrates {
  /** Returns whether a name of the target is the user's own in this reference. */
  has(name: TargetName, reference: Reference): boolean;
}

/** By package of a workspace: the value is a pure function of both. */
const ownCrates = new WeakMap<Package, OwnCrates>();

/**
 * Returns a package's own crates, whose APIs it may use without permission. When a dependency or the toolchain has a
 * crate of the same name, only the crate that contains the reference counts as its own. Otherwise a package could
 * name an example `tokio` to use tokio's API unseen.
 */
export function ownCratesOf(p: Package, workspace: Workspace): OwnCrates {
  let own = ownCrates.get(p);
  if (own === undefined) {
    const isShared = (name: string): boolean =>
      reservedCrates.has(name) ||
      (workspace.byCrateName.get(name) ?? []).some(
        (index) => index !== p.index && workspace.dependsOn(p.index, index),
      );
    const names = p.targets.map((t) => crateNameOf(t.name));
    const shared = new Set(names.filter(isShared));
    const all = new Set(names);
    own = {
      has({ text, crate }, { fromCrate }) {
        const name = firstSegment(text);
        // A plain symbol is no crate's, whatever the crate is called.
        if (isPlain(text) || !all.has(name)) return false;
        return !shared.has(name) || (crate === fromCrate && crate !== name);
      },
    };
    ownCrates.set(p, own);
  }
  return own;
}
