import { dirname, sep } from 'node:path';
import { realPath } from '../paths.ts';
import { buildDirectories } from './build-directories.ts';
import type { PackageIndex, Workspace } from './types.ts';

/** Returns the packages that a source file belongs to (rule 4.8). */
export interface FileOwners {
  /**
   * The owners of an absolute, normalised path; several when packages share the file, none for the
   * standard library's files and for files outside every package.
   */
  ownersOf(file: string): readonly PackageIndex[];
}

/** OUT_DIR of a package whose build script ran. */
export interface OutDirectory {
  readonly package: PackageIndex;
  readonly directory: string;
}

/** True for a library of the toolchain itself: `lib/rustlib/TRIPLE/lib` of the sysroot in use. */
export function isSysroot(path: string, { sysroot }: Workspace): boolean {
  const libraries = `${sysroot}/lib/rustlib/`;
  // rustc may name its directory by a symbolic link, which only the user can have made.
  const real = path.startsWith(libraries) ? path : keptRealPath(path);
  return real.startsWith(libraries) && /^[^/]+\/lib\//.test(real.slice(libraries.length));
}

/** Of files of toolchains and system libraries, which nobody moves while this process runs. */
const realPaths = new Map<string, string>();

function keptRealPath(path: string): string {
  const known = realPaths.get(path);
  if (known !== undefined) return known;
  const real = realPath(path);
  realPaths.set(path, real);
  return real;
}

/**
 * Paths under which the standard library's sources and its own dependencies appear in debug info, beside those of
 * the `rust-src` component in the sysroot. Those of Windows were built on Windows (`/rust/deps\gimli-0.32.3`).
 */
const standardLibrary = /^\/rustc\/[0-9a-f]+[/\\]|^\/rust\/deps[/\\]/;

/** True for a file of the standard library or of its dependencies: it belongs to no package. */
export function isStandardLibraryFile(file: string, { sysroot }: Workspace): boolean {
  return standardLibrary.test(file) || file.startsWith(`${sysroot}/lib/rustlib/src/rust/`);
}

const nobody: readonly PackageIndex[] = [];

/** Returns the owners by the package (or OUT_DIR) directory that holds a file, for files in no dep-info. */
export function directoryOwners(
  workspace: Workspace,
  outDirectories: Iterable<OutDirectory>,
): FileOwners {
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
  // The target directory lies in a package, but files that cargo and build scripts write there do not belong to it.
  for (const directory of buildDirectories(workspace)) directories.set(directory, []);
  for (const out of outDirectories) addDirectory(out.directory, out.package);
  return {
    ownersOf(file) {
      for (let end = file.lastIndexOf(sep); end > 0; end = file.lastIndexOf(sep, end - 1)) {
        const owners = directories.get(file.slice(0, end));
        if (owners !== undefined) return owners;
      }
      return nobody;
    },
  };
}

/**
 * Is the package whose directory holds a file charged for it beside the packages that compile it? Not when one of these
 * lies in that directory itself: members of a workspace may share files that stand beside them.
 */
export function answersBeside(
  holder: PackageIndex,
  compiledBy: readonly PackageIndex[],
  { packages }: Workspace,
): boolean {
  const directory = `${packages[holder]?.directory}${sep}`;
  return compiledBy.some((index) => !packages[index]?.directory.startsWith(directory));
}

/**
 * Returns the owners of a file: the packages whose units list it (`listedBy`), and the one whose directory holds it. A
 * package that compiles another's file does not free the other from answering for it.
 */
export function fileOwners(
  workspace: Workspace,
  listedBy: (file: string) => readonly PackageIndex[],
  directories: FileOwners,
): FileOwners {
  const answers = new Map<string, readonly PackageIndex[]>();
  return {
    ownersOf(file) {
      let owners = answers.get(file);
      if (owners === undefined) {
        const listed = listedBy(file);
        const holders = isStandardLibraryFile(file, workspace)
          ? nobody
          : directories.ownersOf(file);
        const answering =
          listed.length === 0
            ? holders
            : holders.filter((holder) => answersBeside(holder, listed, workspace));
        owners = [...new Set([...listed, ...answering])];
        answers.set(file, owners);
      }
      return owners;
    },
  };
}
