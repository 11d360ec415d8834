import { dirname, join } from 'node:path';
import { writeFirstConfig } from '../commands/init.ts';
import { CheckError } from '../errors.ts';
import { writeAtomically } from '../facts/files.ts';
import { makeDirectory } from '../make-directory.ts';
import { copyFiles, filesBelow } from '../revisions/scratch.ts';
import { loadWorkspace } from '../workspace/metadata.ts';
import type { KnownSide } from './reviews.ts';
import type { WorkDirectories } from './work-directory.ts';

/** The name of the package that stands for a project where a crate has none. */
const WRAPPER = 'cackle-compared';

/** A crate and one of its versions. */
export interface CrateVersion {
  readonly crate: string;
  readonly version: string;
}

/**
 * Makes a workspace in which a published version of a crate can be checked, and resolves to its directory. A library is linked
 * into a shared library that exports all of its functions, so that these are live; without a library, the crate itself is the
 * workspace. The workspace of the other version is made in the same place, with its Cargo.lock, so that only what has to
 * differ does. Throws CheckError for a version that cargo cannot find.
 */
export async function versionWorkspace(
  { crate, version }: CrateVersion,
  directories: WorkDirectories,
): Promise<string> {
  const directory = join(await directories.take('versions', crate), 'project');
  const manifest = [
    '[package]',
    `name = "${WRAPPER}"`,
    'version = "0.0.0"',
    'edition = "2021"',
    '',
    '[lib]',
    'crate-type = ["dylib"]',
    '',
    '[dependencies]',
    `subject = { package = ${JSON.stringify(crate)}, version = ${JSON.stringify(`=${version}`)} }`,
    '',
    '[workspace]',
    '',
  ].join('\n');
  await writeAtomically(join(directory, 'Cargo.toml'), manifest);
  await writeAtomically(join(directory, 'src', 'lib.rs'), 'extern crate subject as _;\n');
  const workspace = await loadWorkspace({ path: directory }).catch((error: Error) => {
    const said = error.message.includes('failed to select a version');
    throw new CheckError(
      said ? `cargo finds no version ${version} of ${crate}` : error.message,
      'name versions that are published, as in Cargo.lock: --from 1.2.3 --to 1.2.4',
      { cause: error },
    );
  });
  const wanted = version.replace(/\+.*$/, '');
  const p = workspace.packages.find(
    (q) => q.cargoName === crate && q.version.replace(/\+.*$/, '') === wanted,
  );
  if (p === undefined) throw new CheckError(`cargo finds no version ${version} of ${crate}`);
  const hasLibrary = p.targets.some(({ kind }) =>
    kind.some((k) => ['lib', 'rlib', 'dylib', 'cdylib', 'proc-macro'].includes(k)),
  );
  if (hasLibrary) return directory;
  const own = join(await directories.take('versions', crate), 'crate');
  await copyFiles(p.directory, filesBelow(p.directory, '', new Set(['target', '.git'])), own);
  return own;
}

/** Writes the configuration that `cackle init` writes, if there is none: all is refused that it watches. */
export async function ensureConfig(file: string): Promise<void> {
  await makeDirectory(dirname(file));
  await writeFirstConfig({ path: '.', configFile: file }).catch((error: Error) => {
    if (!error.message.endsWith('is there already')) throw error;
  });
}

/** Returns a side without the package that needs the compared crate. */
export function withoutWrapper(side: KnownSide): KnownSide {
  const { inventory, ...rest } = side.taken;
  const packages = inventory.packages
    .filter(({ name }) => name !== WRAPPER)
    .map((p) => ({ ...p, neededBy: p.neededBy.filter((name) => name !== WRAPPER) }));
  return { ...side, taken: { ...rest, inventory: { ...inventory, packages } } };
}
