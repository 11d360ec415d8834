import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, parse, relative } from 'node:path';
import type { CargoArtifact } from '../build/types.ts';
import { RecordStore, stampOf, storeLocation } from '../facts/store.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { crateNameOf } from '../rust-paths.ts';
import type { Workspace } from '../workspace/types.ts';

/** The directories in which cargo builds. */
export type BuildPlaces = Pick<Workspace, 'targetDirectory' | 'buildDirectory'>;

/** Returns the files that an artifact message names. */
export const filesOf = ({ filenames, executable }: CargoArtifact): string[] => [
  ...filenames,
  ...(executable === undefined ? [] : [executable]),
];

/** Matches cargo's name for a unit's own file, which has a hash to distinguish it from others. */
const hashed = /^(.+)-[0-9a-f]{16}(\.[^.]+)?$/;

/** Matches a unit's own directory in cargo's newer layout; a program in it may have no hash in its name. */
const unitDirectory = /\/build\/[^/]+\/[0-9a-f]{16}\/out$/;

/** Returns whether a path is that of a unit's own file, and not of a link or copy that cargo makes for users. */
export const isOwnFile = (path: string): boolean =>
  hashed.test(basename(path)) || unitDirectory.test(dirname(path));

/**
 * Resolves to the directories that may contain the unit's file, when an artifact message names a hard link to it: the
 * same directory, deps/ or examples/, or in cargo's newer layout build/PACKAGE/HASH/out; all of these in the build
 * directory.
 */
async function directoriesFor(file: string, places: BuildPlaces): Promise<string[]> {
  const { targetDirectory, buildDirectory } = places;
  const own = dirname(file);
  const profiles = [own, dirname(own)].map((directory) =>
    join(buildDirectory, relative(targetDirectory, directory)),
  );
  const found = new Set([join(own, 'deps'), own]);
  for (const profile of profiles) {
    found.add(join(profile, 'deps')).add(join(profile, 'examples'));
    const units = join(profile, 'build');
    for (const name of await namesIn(units))
      for (const hash of await namesIn(join(units, name)))
        found.add(join(units, name, hash, 'out'));
  }
  return [...found];
}

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

/**
 * Resolves to the files of units that may belong to an artifact: those of its name, followed by a hash or in the directory
 * of a single unit.
 */
export async function namedAlike(artifact: CargoArtifact, places: BuildPlaces): Promise<string[]> {
  const found = new Set<string>();
  for (const file of filesOf(artifact)) {
    const { name, ext } = parse(file);
    const stem = crateNameOf(name);
    for (const directory of await directoriesFor(file, places)) {
      for (const other of await namesIn(directory)) {
        const path = join(directory, other);
        const own = parse(other);
        const [, start = own.name, end = own.ext] = hashed.exec(other) ?? [];
        if (isOwnFile(path) && crateNameOf(start) === stem && end === ext) found.add(path);
      }
    }
  }
  return [...found];
}

/**
 * Removes an artifact that cargo calls fresh and we cannot judge, so that the next run builds it again. Cargo looks
 * at the unit's own file, not at the hard link that an artifact message names. When only the hard link is known, the
 * file may belong to another package, so all files of its name are removed.
 */
export async function forget(artifact: CargoArtifact, places: BuildPlaces): Promise<void> {
  const named = filesOf(artifact);
  const doomed = new Set(named);
  if (!named.some(isOwnFile))
    for (const path of await namedAlike(artifact, places)) doomed.add(path);
  for (const file of named) {
    const inode = (await stampOf(file))?.inode;
    if (inode === undefined) continue;
    for (const directory of await directoriesFor(file, places)) {
      for (const name of await namesIn(directory)) {
        const path = join(directory, name);
        if ((await stampOf(path))?.inode === inode) doomed.add(path);
      }
    }
  }
  await Promise.all([...doomed].map((file) => rm(file, { force: true })));
}

/**
 * Does the same as {@link forget} for a unit that cargo has not reported yet, because its gate needed it first. Resolves to
 * the unit's files.
 */
export async function forgetUnit({ outputs, links }: UnitRecord): Promise<string[]> {
  const files = [...outputs.map(({ path }) => path), ...links.map(({ output }) => output)];
  await Promise.all(files.map((path) => rm(path, { force: true })));
  return files;
}

/** Makes cargo run the build script with this OUT_DIR again, and compile again what depends on its output. */
export async function forgetRun(outDir: string): Promise<void> {
  const unit = dirname(outDir);
  // Both layouts. The directory stays, because the cargo of another check may be about to write there.
  const fingerprints = [
    join(dirname(dirname(unit)), '.fingerprint', basename(unit)),
    join(unit, 'fingerprint'),
  ];
  for (const directory of fingerprints) {
    const names = await namesIn(directory);
    await Promise.all(names.map((name) => rm(join(directory, name), { force: true })));
  }
  // Without this, cargo would run the script again but keep what was built before.
  const said = [join(unit, 'output'), join(unit, 'run', 'stdout')];
  await Promise.all(said.map((path) => rm(path, { force: true })));
}

/**
 * Makes cargo build packages again whose files changed while their version did not: cargo takes what comes from a registry or
 * from git for the same as long as its version or commit is. Does nothing where there is nothing of ours.
 */
export async function forgetPackages(
  { targetDirectory }: BuildPlaces,
  packages: readonly { readonly name: string; readonly version: string }[],
): Promise<void> {
  const { root } = storeLocation(targetDirectory);
  if (packages.length === 0 || !existsSync(root)) return;
  const doomed = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  // `registry+https://…#leaf@1.0.0`; `git+https://…/leaf?rev=…#1.0.0` where the URL ends in the name.
  const isDoomed = ({ packageId }: { readonly packageId: string }): boolean => {
    const { place, version } = /^(?<place>.*)#(?<version>.*)$/s.exec(packageId)?.groups ?? {};
    const named = `${place?.split('?')[0]?.split('/').at(-1)}@${version}`;
    return doomed.has(version ?? '') || doomed.has(named);
  };
  const store = await RecordStore.open(root);
  await Promise.all((await store.units()).filter(isDoomed).map(forgetUnit));
  const runs = (await store.buildScripts()).filter(isDoomed);
  await Promise.all(runs.map(({ outDir }) => forgetRun(outDir)));
}
