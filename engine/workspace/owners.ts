import { realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import type { PackageIndex, Workspace } from './types.ts';

/** Finds the packages that a source file belongs to (spec §4, "Who used it"). */
export interface FileOwners {
  /**
   * The owners of an absolute, normalised path; several when packages share the file, none for the
   * standard library's files and for files outside every package.
   */
  of(file: string): readonly PackageIndex[];
}

/** What is known of files beside the workspace itself. */
export interface OwnerFacts {
  /** Each finished unit's sources as its dep-info lists them (absolute). */
  readonly sources: Iterable<{ readonly package: PackageIndex; readonly files: readonly string[] }>;
  /** OUT_DIR of each package whose build script ran. */
  readonly outDirectories: Iterable<{ readonly package: PackageIndex; readonly directory: string }>;
}

/** True for a library of the toolchain itself: `lib/rustlib/TRIPLE/lib` of the sysroot in use. */
export function isSysroot(path: string, { sysroot }: Workspace): boolean {
  const libraries = `${sysroot}/lib/rustlib/`;
  // rustc may name its directory by a symbolic link to it; nobody but the user puts one there.
  const real = path.startsWith(libraries) ? path : realPath(path);
  return real.startsWith(libraries) && /^[^/]+\/lib\//.test(real.slice(libraries.length));
}

const realPaths = new Map<string, string>();

function realPath(path: string): string {
  let real = realPaths.get(path);
  if (real === undefined) {
    try {
      real = realpathSync(path);
    } catch {
      real = path;
    }
    realPaths.set(path, real);
  }
  return real;
}

/**
 * Paths under which the standard library's sources and its own dependencies appear in debug info, beside those of
 * the `rust-src` component in the sysroot.
 */
const standardLibrary = /^\/rustc\/[0-9a-f]+\/|^\/rust\/deps\//;

/** True for a file of the standard library or of what it was built from: nobody's. */
export function isStandardLibraryFile(file: string, { sysroot }: Workspace): boolean {
  return standardLibrary.test(file) || file.startsWith(`${sysroot}/lib/rustlib/src/rust/`);
}

const nobody: readonly PackageIndex[] = [];

/** Builds the lookup: dep-info first, then the package (or OUT_DIR) directory that holds the file. */
export function fileOwners(workspace: Workspace, facts: OwnerFacts): FileOwners {
  const listed = new Map<string, PackageIndex[]>();
  for (const unit of facts.sources) {
    for (const file of unit.files) {
      const owners = listed.get(file);
      if (owners === undefined) listed.set(file, [unit.package]);
      else if (!owners.includes(unit.package)) owners.push(unit.package);
    }
  }
  const directories = new Map<string, PackageIndex[]>();
  const addDirectory = (directory: string, owner: PackageIndex) => {
    const owners = directories.get(directory);
    if (owners === undefined) directories.set(directory, [owner]);
    else if (!owners.includes(owner)) owners.push(owner);
  };
  for (const p of workspace.packages) {
    addDirectory(p.directory, p.index);
    addDirectory(dirname(p.manifestPath), p.index);
  }
  // The target directory lies in a package, but what cargo and build scripts put there is not that package's.
  directories.set(workspace.targetDirectory, []);
  for (const out of facts.outDirectories) addDirectory(out.directory, out.package);

  const byDirectory = (file: string): readonly PackageIndex[] => {
    for (let end = file.lastIndexOf(sep); end > 0; end = file.lastIndexOf(sep, end - 1)) {
      const directory = file.slice(0, end);
      const owners = directories.get(directory);
      if (owners !== undefined) return owners;
    }
    return nobody;
  };
  const answers = new Map<string, readonly PackageIndex[]>();
  return {
    of(file) {
      let owners = answers.get(file);
      if (owners === undefined) {
        owners =
          listed.get(file) ?? (isStandardLibraryFile(file, workspace) ? nobody : byDirectory(file));
        answers.set(file, owners);
      }
      return owners;
    },
  };
}
