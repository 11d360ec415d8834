import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import type { Finished } from '../workspace/run-program.ts';
import type { StandIn } from '../workspace/stand-in.ts';
import { asked, git, type Repository, WHOLE } from './ask-git.ts';
import { asRepository, gitDirectoryFor, ofCopy } from './private-repository.ts';

/**
 * Makes the files in `directory` those of a commit, and writes only what differs from the commit that was there before: the
 * times of other files stay, so that cargo builds no more than it has to. The repository's own index and work tree are
 * not touched. Resolves to what the places of the copy stand for. Throws CheckError.
 */
export async function checkOut(
  repository: Repository,
  commit: string,
  directory: string,
  gitDirectory: string = gitDirectoryFor(repository, directory),
): Promise<StandIn[]> {
  await makeDirectory(directory);
  const standIns = await asRepository(repository, commit, { directory, gitDirectory });
  const own = { env: ofCopy(directory) };
  const write = (): Promise<Finished> =>
    git(directory, ['read-tree', '--reset', '-u', commit], own);
  let { status, stderr } = await write();
  if (status !== 0) {
    // A partial clone fetches the contents that it lacks when it compares them (git-clone, --filter); its copy cannot.
    await fetchMissing(repository, commit);
    // An index that was cut short is not read, either.
    rmSync(join(gitDirectory, 'index'), { force: true });
    ({ status, stderr } = await write());
  }
  if (status !== 0)
    throw new CheckError(
      `git cannot write the files of ${commit.slice(0, 12)} to ${directory}: ${stderr.trim()}`,
      /\bfilter\b|smudge/.test(stderr)
        ? 'does `git checkout` of that commit work here? A filter such as Git LFS has to be installed, and to have the contents (`git lfs fetch`)'
        : 'is there room on the disk?',
    );
  // What another commit, its submodules or a build left there is no file of this one.
  await asked(directory, ['clean', '-ffdxq'], `remove ${directory}`, own);
  const below = await checkOutSubmodules(repository, commit, directory, gitDirectory);
  return [...standIns, ...below];
}

/** Has a partial clone fetch what its work tree and a commit differ in. */
async function fetchMissing({ root }: Repository, commit: string): Promise<void> {
  const partial = await git(root, ['config', '--get-regexp', '^remote\\..*\\.promisor$']);
  if (partial.status !== 0) return;
  const args = ['diff', '--no-ext-diff', '--no-textconv', '--shortstat', 'HEAD', commit, '--'];
  await git(root, args);
}

/** A commit names submodules only (gitlinks, mode 160000): their files come from the clones in the work tree. */
async function checkOutSubmodules(
  { root }: Repository,
  commit: string,
  directory: string,
  gitDirectory: string,
): Promise<StandIn[]> {
  const listed = await asked(root, ['ls-tree', '-r', '-z', commit], WHOLE);
  const standIns: StandIn[] = [];
  for (const entry of listed.split('\0')) {
    const [, sha, path] = /^160000 commit ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (sha === undefined || path === undefined) continue;
    // Without a clone, cargo says what it lacks, if it needs the submodule at all.
    if (!existsSync(join(root, path, '.git'))) continue;
    const own = join(gitDirectory, 'modules', path);
    standIns.push(...(await checkOut({ root: join(root, path) }, sha, join(directory, path), own)));
  }
  return standIns;
}
