import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { LOCK_NAME } from '../inventory/lock.ts';
import { isWithin } from '../paths.ts';
import type { Repository } from '../revisions/ask-git.ts';
import { changedFiles, nameOfFile, objectsOf, untrackedFiles } from '../revisions/git.ts';
import { situationOf } from '../revisions/private-repository.ts';
import { isFile } from '../workspace/cargo-files.ts';
import type { Workspace } from '../workspace/types.ts';
import { type BaseCommit, editedPackages, findCommit } from './bases.ts';

/** What git says of a commit and of the work tree. */
export interface Revision {
  readonly base: BaseCommit;
  /** The id of the commit's tree: the same for the same files. */
  readonly tree: string;
  /** Files as the commit has them; undefined where it has none. */
  readonly cargoLock: string | undefined;
  readonly cackleLock: string | undefined;
  readonly config: string | undefined;
  /** Files that differ from the commit, untracked ones too, relative to the root. */
  readonly changed: readonly string[];
  /** Cargo's names of the packages in directories of which a file differs from the commit. */
  readonly edited: ReadonlySet<string>;
  /** The id of the tree at HEAD if the work tree has its files and no others; it may have changed since. */
  readonly clean: string | undefined;
  readonly situation: string;
}

/** A commit to compare with, and answers of git that are under way. */
export interface AskedCommit {
  readonly base: BaseCommit;
  /** Files that differ from the commit, and from HEAD. */
  readonly changed: Promise<string[]>;
  readonly changedInHead: Promise<string[]>;
  readonly untracked: Promise<string[]>;
  readonly situation: Promise<string>;
}

/** Finds the commit of a comparison and begins to ask what differs from it. Throws CheckError as {@link findCommit}. */
export async function askCommit(directory: string, name: string | undefined): Promise<AskedCommit> {
  const base = await findCommit(directory, name);
  const { repository, commit } = base;
  const asked = {
    changed: changedFiles(repository, commit),
    changedInHead: changedFiles(repository, 'HEAD'),
    untracked: untrackedFiles(repository),
    situation: situationOf(repository),
  };
  // Whoever takes an answer gets its error.
  for (const answer of Object.values(asked)) answer.catch(() => undefined);
  return { base, ...asked };
}

/** Resolves to what was asked in `path`, if that is about the repository of a workspace; else asks anew. Throws CheckError. */
export async function commitAround(
  workspace: Workspace,
  name: string | undefined,
  { path, asked }: { readonly path: string; readonly asked: Promise<AskedCommit> | undefined },
): Promise<AskedCommit> {
  const early = await asked?.catch(() => undefined);
  return early !== undefined && isAround(early.base.repository, path, workspace)
    ? early
    : askCommit(workspace.root, name);
}

/** Is this the repository of a workspace, when it was asked for in another directory? */
function isAround({ root }: Repository, asked: string, workspace: Workspace): boolean {
  const inside = realpathSync(workspace.root);
  // A repository between the two would have been found first.
  return isWithin(inside, realpathSync(root)) && isWithin(realpathSync(asked), inside);
}

/** Resolves to what git says of a commit and of the work tree. Throws CheckError. */
export async function readRevision(
  { base, ...asked }: AskedCommit,
  workspace: Workspace,
  configFile: string,
): Promise<Revision> {
  const { repository, commit } = base;
  const usual = join(workspace.root, 'cackle.toml');
  // A cackle.toml that is gone watched something, too.
  const watching = isFile(usual) ? configFile : usual;
  const files = [join(workspace.root, 'Cargo.lock'), join(workspace.root, LOCK_NAME), watching];
  const named = files.map((file) => nameOfFile(repository, commit, file));
  // What lies outside is in no commit.
  const names = named.map((name) => name ?? `${commit}:`);
  const [objects, changed, changedInHead, untracked, situation] = await Promise.all([
    objectsOf(repository, [`${commit}^{tree}`, 'HEAD^{tree}', ...names]),
    asked.changed,
    asked.changedInHead,
    asked.untracked,
    asked.situation,
  ]);
  const [tree, head, ...found] = objects;
  if (tree === undefined) throw new Error(`git has no tree of its commit ${commit}`);
  const [cargoLock, cackleLock, config] = found.map((object) =>
    object?.type === 'blob' ? object.content.toString() : undefined,
  );
  return {
    ...{ base, situation, tree: tree.id, cargoLock, cackleLock, config },
    changed: [...changed, ...untracked],
    edited: editedPackages([...changed, ...untracked], repository, workspace),
    clean: changedInHead.length + untracked.length === 0 ? head?.id : undefined,
  };
}

/** Resolves to the id of the tree at HEAD if the work tree has its files and no others. Throws CheckError. */
export async function cleanTree(repository: Repository): Promise<string | undefined> {
  const [[head], ...files] = await Promise.all([
    objectsOf(repository, ['HEAD^{tree}']),
    changedFiles(repository, 'HEAD'),
    untrackedFiles(repository),
  ]);
  return files.flat().length === 0 ? head?.id : undefined;
}
