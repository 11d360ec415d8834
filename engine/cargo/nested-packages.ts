import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OuterWorkspace } from '../build/nested-about.ts';
import { type Exports, readExports } from '../config/exports.ts';
import { isDirectorySource } from '../config/sources.ts';
import { CheckError } from '../errors.ts';
import { isWithin, realPath } from '../paths.ts';
import {
  cargoLockText,
  type LockEntry,
  lockEntries,
  lockEntriesOf,
} from '../workspace/lock-file.ts';
import type { Package, Workspace } from '../workspace/types.ts';

/** Most packages that a message names. */
const MOST_NAMED = 5;

/**
 * Compares the packages of a workspace that a program behind the gates has cargo build with those of the program's own. Throws
 * CheckError for any that is not in that Cargo.lock with the same version, source and checksum, or, as a directory, lies elsewhere
 * than the program's workspace and what is built of it, or bears the name of another package there (rule 13.9).
 */
export function comparePackages({ root, packages }: Workspace, outer: OuterWorkspace): void {
  const known = lockEntries(cargoLockText(outer.root));
  const own = lockEntries(cargoLockText(root));
  const faults = packages.flatMap((p) => faultOf(p, own, known, outer) ?? []);
  if (faults.length === 0) return;
  const more = faults.length - MOST_NAMED;
  const shown = [
    ...faults.slice(0, MOST_NAMED),
    ...(more > 0 ? [`and ${more} more packages`] : []),
  ];
  throw new CheckError(
    `a program behind the gates has cargo build ${root}, whose packages are not all those of ${join(outer.root, 'Cargo.lock')}:\n  ${shown.join('\n  ')}`,
    'let its Cargo.lock name the same versions (a copy of that file does), and the workspace depend on what is missing there; or run the program without cackle',
  );
}

/** Why a package may not be built; undefined when it may. */
function faultOf(
  p: Package,
  own: readonly LockEntry[],
  known: readonly LockEntry[],
  outer: OuterWorkspace,
): string | undefined {
  const label = `${p.cargoName} ${p.version}`;
  if (isDirectorySource(p.source)) return faultOfDirectory(p, known, outer);
  const name = p.cargoName;
  const entries = lockEntriesOf({ name, version: p.version, source: p.source }, own);
  if (entries.length === 0) return `${label} is not in the Cargo.lock beside it`;
  const isKnown = entries.every((entry) => known.some((other) => areSame(entry, other)));
  if (isKnown) return undefined;
  const locked = known.filter((other) => other.name === name);
  return locked.length === 0
    ? `${label} is not in Cargo.lock`
    : `${label} is in Cargo.lock as ${locked.map(textOf).join(' and ')}, and here as ${entries.map(textOf).join(' and ')}`;
}

const areSame = (a: LockEntry, b: LockEntry): boolean =>
  a.name === b.name &&
  a.version === b.version &&
  a.source === b.source &&
  a.checksum === b.checksum;

const textOf = ({ version, source, checksum }: LockEntry): string =>
  [version, source, checksum?.slice(0, 12)].filter((part) => part !== undefined).join(' ');

/** The same for a package that is a directory, of which no lock file tells the content. */
function faultOfDirectory(
  { cargoName, directory }: Package,
  known: readonly LockEntry[],
  { root, built, packages }: OuterWorkspace,
): string | undefined {
  const isOfOuter = packages.some((p) => p.directory === directory);
  if (isOfOuter) return undefined;
  const wherever = [root, ...built, realPath(tmpdir()), '/tmp'];
  if (!wherever.some((place) => isWithin(directory, place)))
    return `${cargoName} is the directory ${directory}, outside of the workspace and of what is built`;
  // What cackle.toml allows the other is not for this one.
  return known.some(({ name }) => name === cargoName)
    ? `${cargoName} is the directory ${directory}, and another package of that name is in Cargo.lock`
    : undefined;
}

/**
 * Resolves to the APIs that packages export, and the sources of names, as the configuration of the outer workspace was written for;
 * packages of other names are of the nested one.
 */
export function exportsWithin({ packages }: Workspace, outer: OuterWorkspace): Promise<Exports> {
  const names = new Set(outer.packages.map(({ cargoName }) => cargoName));
  return readExports([
    ...outer.packages,
    ...packages.filter(({ cargoName }) => !names.has(cargoName)),
  ]);
}
