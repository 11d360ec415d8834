import { join } from 'node:path';
import { isDirectorySource, normalisedSource, splitKey } from '../config/sources.ts';
import { CheckError } from '../errors.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';

/** The packages in Cargo.lock, for every target and feature. */
export interface LockedPackages {
  /** Cargo's names. */
  readonly names: ReadonlySet<string>;
  /** Is a package there, by cargo's name or by `NAME@SOURCE`? */
  has(key: string): boolean;
  /**
   * Has the file more packages under a key than the tree of this build, so that another target or feature has versions of it
   * that this build has not?
   */
  hasMore(key: string, tree: readonly TreePackage[]): boolean;
}

/** What tells which package of Cargo.lock one of a tree is. */
interface TreePackage {
  readonly cargoName: string;
  /** As `Package.source`. */
  readonly source: string;
}

/** A package of Cargo.lock. */
export interface LockEntry {
  readonly name: string;
  readonly version: string;
  /** As cargo writes it; undefined for a package that comes from a directory. */
  readonly source: string | undefined;
  /** SHA-256 of the archive that a registry has; undefined for other sources. */
  readonly checksum: string | undefined;
}

/** Returns the packages of a Cargo.lock of any version ("The Cargo Book", Cargo.toml vs Cargo.lock). */
export function lockEntries(text: string): LockEntry[] {
  const sections = text.replaceAll('\r\n', '\n').split(/^\[/m);
  const checksums = new Map<string, string>();
  // Version 1 has the checksums in a table at the end.
  for (const [, of = '', sum = ''] of text.matchAll(/^"checksum ([^"]+)" = "([0-9a-f]+)"/gm))
    checksums.set(of, sum);
  return sections.flatMap((section): LockEntry[] => {
    if (!section.startsWith('[package]]')) return [];
    const value = (key: string): string | undefined =>
      new RegExp(`^${key} = "([^"\n]*)"`, 'm').exec(section)?.[1];
    const [name, version, source] = [value('name'), value('version'), value('source')];
    if (name === undefined || version === undefined) return [];
    const checksum = value('checksum') ?? checksums.get(`${name} ${version} (${source})`);
    return [{ name, version, source, checksum }];
  });
}

/** Returns the entries for a package of a version and source: several where it comes from two commits of one repository. */
export function lockEntriesOf(
  p: { readonly name: string; readonly version: string; readonly source: string },
  entries: readonly LockEntry[],
): LockEntry[] {
  const isDirectory = isDirectorySource(p.source);
  return entries.filter(
    ({ name, version, source }) =>
      name === p.name &&
      version === p.version &&
      (source === undefined ? isDirectory : normalisedSource(source) === p.source),
  );
}

/** Returns the text of Cargo.lock in `root`; empty when there is none. Throws CheckError when it cannot be read. */
export function cargoLockText(root: string): string {
  const file = join(root, 'Cargo.lock');
  try {
    return readRegularFile(file).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new CheckError(`cannot read ${file}: ${reasonOf(error)}`, 'restore the file', {
      cause: error,
    });
  }
}

/** Reads the packages of Cargo.lock in `root`; undefined when the file cannot be read. */
export function lockedPackages(root: string): LockedPackages | undefined {
  let text: string;
  try {
    text = readRegularFile(join(root, 'Cargo.lock')).toString();
  } catch {
    return undefined;
  }
  const entries = lockEntries(text).map(({ name, source }) => ({
    name,
    // The directory of a package without a source is not in the file.
    source: source === undefined ? '' : normalisedSource(source),
  }));
  const under = (key: string): typeof entries => {
    const { name, source } = splitKey(key);
    return entries.filter(
      (entry) => entry.name === name && (source === undefined || entry.source === inLock(source)),
    );
  };
  return {
    names: new Set(entries.map(({ name }) => name)),
    has: (key) => under(key).length > 0,
    hasMore(key, tree) {
      const { name, source } = splitKey(key);
      const built = tree.filter(
        (p) =>
          p.cargoName === name && (source === undefined || inLock(p.source) === inLock(source)),
      );
      return under(key).length > built.length;
    },
  };
}

/** A source as the file has it, in the spelling by which sources are compared. */
function inLock(source: string): string {
  return isDirectorySource(source) ? '' : normalisedSource(source);
}
