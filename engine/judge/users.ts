import type { SourcePlace } from '../problems/places.ts';
import { crateNameOf, firstSegment } from '../rust-paths.ts';
import type { FileOwners } from '../workspace/owners.ts';
import { isStandardLibraryFile } from '../workspace/owners.ts';
import { reservedCrates } from '../workspace/reserved-crates.ts';
import type { CrateKind, Package, PackageIndex, Workspace } from '../workspace/types.ts';
import type { Reference, TargetName } from './references.ts';
import { crateName } from './sysroot-crates.ts';

/** What attribution has to know of the output in which references were found. */
export interface OutputOwner {
  readonly package: PackageIndex;
  readonly kind: CrateKind;
  /** Does rustc's test harness write the program's `main`? */
  readonly hasHarness: boolean;
  /** By link input: the package whose unit made it; undefined for the standard library. */
  readonly inputPackages: readonly (PackageIndex | undefined)[];
}

/** Who used something, where, and which of the target's names that is about. */
export interface Users {
  readonly users: readonly Package[];
  readonly place: SourcePlace;
  readonly targets: readonly TargetName[];
  /** They did not write it: code of the standard library came to it by a type of theirs. */
  readonly byType: boolean;
}

/** The packages that a reference is charged to (rules 4.7, 4.9, 4.10); none where the standard library does its work. */
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
      // What it does by itself and to its own types is nobody's. What it came to by a type of a package, that package has put there.
      const given = reference.ofSysroot ? [] : targets.filter(({ own }) => !own);
      const users =
        given.length === 0 ? [] : packagesOf(reference.argumentCrates, output, workspace);
      return { users: packages(users), place, targets: given, byType: true };
    }
  }
  // Foreign code, assembly, no debug info, or of a file that nobody lists: whoever built the object answers for it.
  const users = packages(makerOf(reference, output, workspace));
  const root = users[0]?.targets[0]?.sourcePath ?? file ?? '';
  const told = reference.foreign || reference.declared;
  const unknown = { file: (told ? file : undefined) ?? root, line: 0, column: 0 };
  const shown = (told ? reference.place : undefined) ?? unknown;
  return { users, place: shown, targets, byType: false };
}

/**
 * The owners of a file, if code of the function can be there. A macro may keep the places of its own file, but then the crate
 * of the function depends on the macro's. Assembly says what it likes: then the packages of that crate.
 */
function writersOf(
  owners: readonly PackageIndex[],
  { fromCrate, fromSysroot }: Reference,
  output: OutputOwner,
  workspace: Workspace,
): readonly PackageIndex[] {
  if (owners.length === 0 || fromCrate === undefined || fromSysroot) return owners;
  const libraries = providersOf(fromCrate, workspace);
  // A program, a test or an example may be called as somebody's library.
  const isOwn =
    libraries.length > 0 && hasCrate(workspace.packages[output.package], crateName(fromCrate));
  const crates = isOwn ? [...libraries, output.package] : libraries;
  const mayBe = crates.some((c) => owners.some((owner) => workspace.dependsOn(c, owner)));
  return crates.length === 0 || mayBe ? owners : crates;
}

/** The packages of crates that an output holds; of those that depend on each other, the ones on which no other depends. */
function packagesOf(
  crates: readonly string[],
  output: OutputOwner,
  workspace: Workspace,
): PackageIndex[] {
  const packages = crates.flatMap((crate) => {
    const libraries = providersOf(crate, workspace);
    // A program is nobody's library, and no crate of an output but its own.
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

/** The package whose unit made the input. LTO puts statics of dependencies into the program's object: their name tells. */
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
  // A dependency's crate may have the name of one of its own: then both answer.
  if (isOwn) return [...new Set([maker, ...definers])];
  return definers.length > 0 ? definers : [maker];
}

function hasCrate(p: Package | undefined, crate: string): boolean {
  return p?.targets.some((t) => crateNameOf(t.name) === crate) === true;
}

/** Tells the crates of a package from those of others. */
interface OwnCrates {
  /** Is a name of a target the user's own, in this reference? */
  has(name: TargetName, reference: Reference): boolean;
}

/** By package of a workspace, of which it is a pure function. */
const ownCrates = new WeakMap<Package, OwnCrates>();

/**
 * A package's own crates, which it may use without being asked. Where a dependency has a crate of that name too, or the
 * toolchain, it is the one that the reference itself comes from: else a package would only have to call an example `tokio`
 * to use tokio's API unseen.
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
        if (!all.has(name)) return false;
        return !shared.has(name) || (crate === fromCrate && crate !== name);
      },
    };
    ownCrates.set(p, own);
  }
  return own;
}
