import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isDirectorySource } from '../config/sources.ts';
import { CheckError } from '../errors.ts';
import { writeAtomically } from '../facts/files.ts';
import { isWithin, realPath } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import type { Repository } from '../revisions/ask-git.ts';
import { commitOf, mergeBase, repositoryOf, workFiles } from '../revisions/git.ts';
import { copyRepository, ignoreChanges } from '../revisions/private-repository.ts';
import { copyFiles, filesBelow } from '../revisions/scratch.ts';
import { cargoLockText } from '../workspace/lock-file.ts';
import { cargoProgram, runProgram } from '../workspace/run-program.ts';
import type { StandIn } from '../workspace/stand-in.ts';
import { parse } from '../workspace/toml.ts';
import type { Workspace } from '../workspace/types.ts';

/** What a diff compares with. */
export type Comparison =
  /** A git revision; undefined: where the branch left the default branch. */
  | { readonly kind: 'revision'; readonly name: string | undefined }
  /** The same sources with another Cargo.lock. */
  | { readonly kind: 'lock'; readonly file: string }
  /** The other way round: what `cargo update` would change; of all packages when none is named. */
  | { readonly kind: 'update'; readonly packages: readonly string[] }
  /** Two published versions of a crate, without a project. */
  | {
      readonly kind: 'versions';
      readonly crate: string;
      readonly from: string;
      readonly to: string;
    };

/** A commit to compare with. */
export interface BaseCommit {
  readonly repository: Repository;
  readonly commit: string;
  /** How the report names it. */
  readonly label: string;
}

/** Finds the commit of a comparison. Throws CheckError: no repository, no such commit, or none in common. */
export async function findCommit(directory: string, name: string | undefined): Promise<BaseCommit> {
  const finding = findRepository(directory);
  const named = async (branch: string) => {
    // Most likely there is a repository, and it has that commit.
    const asked = commitOf({ root: directory }, branch);
    return { commit: await asked.catch(async () => commitOf(await finding, branch)), branch };
  };
  const [repository, found] = await Promise.all([
    finding,
    name === undefined ? finding.then(mergeBase) : named(name),
  ]);
  const short = found.commit.slice(0, 9);
  const label = found.commit.startsWith(found.branch) ? short : `${found.branch} (${short})`;
  return { repository, commit: found.commit, label };
}

async function findRepository(directory: string): Promise<Repository> {
  const repository = await repositoryOf(directory);
  if (repository !== undefined) return repository;
  throw new CheckError(
    `${directory} is not in a git repository`,
    'compare with another lock file instead: `cackle diff --lock OLD`, or ask what an update would gain: `cackle diff --update`',
  );
}

/** The place of a workspace in its repository, as git writes paths. */
export function placeOf({ root }: Repository, workspace: Workspace): string {
  return relative(root, workspace.root);
}

/**
 * Returns the place of a workspace in a copy of its repository, which `label` names. Throws CheckError where the copy has none, or a link that
 * leads elsewhere: what is written there would be outside of the copy (rule 11.5).
 */
export function placeIn(copy: string, place: string, label: string): string {
  const path = join(copy, place);
  const found = existsSync(path) ? realpathSync(path) : undefined;
  if (found === join(realpathSync(copy), place)) return path;
  throw new CheckError(
    found === undefined
      ? `${label} has no directory ${place}`
      : `${place} of ${label} is a link, or lies behind one`,
    'compare with a revision that has the workspace in the same place',
  );
}

/** Returns the cargo names of the packages in whose directories these files lie, which differ from a commit. */
export function editedPackages(
  files: readonly string[],
  repository: Repository,
  workspace: Workspace,
): Set<string> {
  const changed = files.map((file) => resolve(repository.root, file));
  // The deepest package that holds a file owns it.
  const inOrder = workspace.packages
    .map((p) => ({ p, directory: realPath(p.directory) }))
    .sort((a, b) => b.directory.length - a.directory.length);
  const edited = new Set<string>();
  for (const file of changed) {
    if (isOurs(file)) continue;
    // Of a submodule git names the directory alone: all that lies in it may differ.
    const below = inOrder.filter(({ directory }) => isWithin(directory, file));
    const owner = inOrder.find(({ directory }) => file.startsWith(`${directory}/`));
    for (const { p } of [...below, ...(owner === undefined ? [] : [owner])])
      edited.add(p.cargoName);
  }
  return edited;
}

/** What no build reads: changing it edits no package. */
const isOurs = (file: string): boolean => /\/(?:cackle\.(?:toml|lock)|Cargo\.lock)$/.test(file);

/** A copy of a workspace. */
export interface WorkspaceCopy {
  /** The place of the workspace in it. */
  readonly workspace: string;
  readonly standIns: readonly StandIn[];
}

/** Makes `to` a copy of the workspace's files, as git knows them, else of all but build output. Throws CheckError. */
export async function copyWorkspace(workspace: Workspace, to: string): Promise<WorkspaceCopy> {
  const around = await repositoryOf(workspace.root).catch(() => undefined);
  const files = around === undefined ? [] : await workFiles(around.root);
  // Git may ignore the workspace's directory: a copy without it would be some other workspace, or none.
  const isKnown = around && files.includes(join(placeOf(around, workspace), 'Cargo.toml'));
  const top = isKnown ? around.root : workspace.root;
  const outside = workspace.packages.find(
    (p) => isDirectorySource(p.source) && !isWithin(p.directory, top),
  );
  if (outside !== undefined)
    throw new CheckError(
      `the package ${outside.label} lies outside of ${top}: ${outside.directory}`,
      'a scratch copy cannot take it along; move it into the repository, or compare two commits',
    );
  const own = () => filesBelow(workspace.root, '', new Set(['target', '.git']));
  if (around === undefined) {
    await copyFiles(workspace.root, own(), to);
    return { workspace: to, standIns: [{ path: to, of: workspace.root, isGit: false }] };
  }
  const place = placeOf(around, workspace);
  const ignored = isKnown ? [] : own().map((file) => join(place, file));
  await copyFiles(around.root, [...files, ...ignored], to);
  const standIns = await copyRepository(around, to);
  if (isKnown && standIns.length > 0) await ignoreChanges(to, join(place, 'Cargo.lock'));
  const copy = join(to, place);
  await copyFilesOver(workspace.root, copy);
  return { workspace: copy, standIns };
}

/** Cargo.lock is copied where git ignores it, too. */
async function copyFilesOver(from: string, to: string): Promise<void> {
  const lock = cargoLockText(from);
  if (lock !== '') await writeLockFile(to, lock);
}

/** Writes a Cargo.lock, if another is there or none. */
export async function writeLockFile(directory: string, text: string): Promise<void> {
  const file = join(directory, 'Cargo.lock');
  let before: string | undefined;
  try {
    before = readRegularFile(file).toString();
  } catch {
    // There is none.
  }
  if (before === text) return;
  await writeAtomically(file, text);
}

/** Reads another Cargo.lock. Throws CheckError when it cannot be read or is none. */
export function otherLock(file: string): string {
  let text: string;
  try {
    text = readRegularFile(file).toString();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CheckError(
      missing ? `${file} does not exist` : `cannot read ${file}: ${(error as Error).message}`,
      'let --lock name an earlier Cargo.lock, e.g. from `git show REVISION:Cargo.lock > old.lock`',
      { cause: error },
    );
  }
  try {
    parse(text);
  } catch (error) {
    throw new CheckError(
      `${file} is no Cargo.lock: ${(error as Error).message}`,
      'is it the right file?',
    );
  }
  if (!text.includes('[[package]]'))
    throw new CheckError(`${file} names no package`, 'is it a Cargo.lock?');
  return text;
}

/** Runs `cargo update` in a copy: it changes Cargo.lock and runs no code of a package. Throws CheckError. */
export async function updateLock(copy: string, packages: readonly string[]): Promise<void> {
  const args = ['update', ...packages.flatMap((name) => ['-p', name])];
  const { status, stderr } = await runProgram(cargoProgram(), args, { cwd: copy });
  if (status !== 0)
    throw new CheckError(
      `\`cargo ${args.join(' ')}\` failed:\n${stderr.trim()}`,
      'does it work in the workspace?',
    );
}
