import { relative } from 'node:path';
import { CheckError } from '../errors.ts';
import { isWithin } from '../paths.ts';
import { asked, git, line, type Repository, WHOLE } from './ask-git.ts';

/**
 * Resolves to the repository around a directory; undefined when there is none. Throws CheckError without git, and where files of a
 * work tree pose as a repository.
 */
export async function repositoryOf(directory: string): Promise<Repository | undefined> {
  const { status, stdout, stderr } = await git(directory, ['rev-parse', '--show-toplevel']);
  if (status === 0) return { root: line(stdout.toString()) };
  const [, posing] = /cannot use bare repository '([^']*)'/.exec(stderr) ?? [];
  if (posing === undefined) return undefined;
  throw new CheckError(
    `files in ${posing} make git take that directory for a repository of its own, with their configuration, which may name programs`,
    'remove HEAD, objects and refs there',
  );
}

/** Resolves to the commit that a name means. Throws CheckError for an unknown one. */
export async function commitOf({ root }: Repository, name: string): Promise<string> {
  const { status, stdout } = await git(root, [
    ...['rev-parse', '--verify', '--quiet', '--end-of-options'],
    `${name}^{commit}`,
  ]);
  if (status === 0) return stdout.toString().trim();
  throw new CheckError(
    `${name} is no commit of ${root}`,
    'name a branch, tag or commit; in a shallow clone fetch it first (`git fetch origin BRANCH`, or fetch-depth: 0 in a workflow)',
  );
}

/** The default branch is looked for under these refs, the best first; a short name could be that of a tag (gitrevisions). */
const defaultBranches = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'].map(
  (branch) => ({
    branch,
    ref: branch.includes('/') ? `refs/remotes/${branch}` : `refs/heads/${branch}`,
  }),
);

/**
 * Resolves to the commit at which the current branch left the default branch, and to that branch's name. Throws CheckError
 * when neither is known.
 */
export async function mergeBase(
  repository: Repository,
): Promise<{ readonly commit: string; readonly branch: string }> {
  const commits = await objectsOf(
    repository,
    defaultBranches.map(({ ref }) => `${ref}^{commit}`),
  );
  const found = defaultBranches.find((_, i) => commits[i] !== undefined);
  if (found === undefined)
    throw new CheckError(
      `${repository.root} has no branch ${defaultBranches.map(({ branch }) => branch).join(', ')}`,
      'name the base: `cackle diff REVISION`',
    );
  const { branch, ref } = found;
  const { status, stdout } = await git(repository.root, ['merge-base', ref, 'HEAD']);
  if (status === 0) return { commit: stdout.toString().trim(), branch };
  throw new CheckError(
    `git knows no common commit of HEAD and ${branch}`,
    'in a shallow clone fetch the history (`git fetch --unshallow`, or fetch-depth: 0 in a workflow), or name the base: `cackle diff REVISION`',
  );
}

/** An object of a repository. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/**
 * Resolves to the objects of names as `git rev-parse` takes them, all read by one process; undefined where there is none. Throws
 * CheckError.
 */
export async function objectsOf(
  { root }: Repository,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  const args = ['cat-file', '--batch', '--follow-symlinks'];
  const broken = (why: string): CheckError =>
    new CheckError(`\`git ${args.join(' ')}\` failed in ${root}: ${why}`, WHOLE);
  const named = names.find((name) => name.includes('\n'));
  if (named !== undefined) throw broken(`it cannot be asked about ${JSON.stringify(named)}`);
  const { status, stdout, stderr } = await git(root, args, { input: `${names.join('\n')}\n` });
  if (status !== 0) throw broken(stderr.trim());
  let at = 0;
  return names.map((name) => {
    const end = stdout.indexOf('\n', at);
    if (end < 0) throw broken(`no answer about ${name}`);
    const head = stdout.toString('utf8', at, end);
    const [, id, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(head) ?? [];
    at = end + 1;
    // A link that leads out of the commit, or nowhere: git says where to.
    const [, elsewhere] = /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(head) ?? [];
    if (elsewhere !== undefined) at += Number(elsewhere) + 1;
    if (id === undefined || type === undefined) return undefined;
    const content = stdout.subarray(at, at + Number(size));
    at += content.length + 1;
    return { id, type, content };
  });
}

const seeStatus = '`git status` should say more';

/** Resolves to the files known to git that differ from a commit, relative to the root. Throws CheckError. */
export async function changedFiles({ root }: Repository, commit: string): Promise<string[]> {
  // .gitmodules may ask git to say nothing of submodules; a file may be called like the commit.
  const all = ['--name-only', '--no-renames', '--ignore-submodules=none', '-z'];
  return filesIn(await asked(root, ['diff', ...all, commit, '--'], seeStatus));
}

/** Resolves to the files that git neither knows nor ignores, relative to the root. Throws CheckError. */
export async function untrackedFiles({ root }: Repository): Promise<string[]> {
  const args = ['ls-files', '--others', '--exclude-standard', '-z'];
  return filesIn(await asked(root, args, seeStatus));
}

const filesIn = (listed: string): string[] => listed.split('\0').filter((file) => file !== '');

/** Resolves to all files of the work tree that are not ignored, relative to `directory`. Throws CheckError. */
export async function workFiles(directory: string): Promise<string[]> {
  const args = [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--recurse-submodules',
    '-z',
  ];
  const { status, stdout } = await git(directory, args);
  // Older versions of git do not take both kinds with submodules.
  const text =
    status === 0
      ? stdout.toString()
      : await asked(
          directory,
          args.filter((arg) => arg !== '--recurse-submodules'),
          'does `git status` work there?',
        );
  return [...new Set(filesIn(text))];
}

/** Returns git's name of a file in a commit; undefined for a path outside of the repository. */
export function nameOfFile({ root }: Repository, commit: string, path: string): string | undefined {
  return isWithin(path, root) ? `${commit}:${relative(root, path)}` : undefined;
}
