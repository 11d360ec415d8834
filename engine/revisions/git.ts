import { copyFileSync, existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { writeAtomically } from '../facts/files.ts';
import { makeDirectory } from '../make-directory.ts';
import { type Finished, runProgram } from '../workspace/run-program.ts';

/** A git repository with a work tree. */
export interface Repository {
  /** The top directory of the work tree. */
  readonly root: string;
}

/** Variables by which git, when it runs a hook, tells of a work tree or index: a question of ours is about another. */
const ofHooks = [
  'GIT_INDEX_FILE',
  'GIT_WORK_TREE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
];

const whole = 'is the repository whole?';

async function git(directory: string, args: readonly string[], input?: string): Promise<Finished> {
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  for (const name of ofHooks) delete env[name];
  try {
    // No hook of the repository runs for what we ask (githooks, post-index-change).
    const own = ['-c', 'core.hooksPath=/dev/null', '-C', directory];
    const given = input === undefined ? {} : { input };
    return await runProgram('git', [...own, ...args], { env, ...given });
  } catch (error) {
    throw new CheckError(
      `cannot run git: ${(error as Error).message}`,
      'a diff needs git to read the base: install it, or compare lock files with --lock',
      { cause: error },
    );
  }
}

async function asked(directory: string, args: readonly string[], help: string): Promise<string> {
  const { status, stdout, stderr } = await git(directory, args);
  if (status === 0) return stdout.toString();
  throw new CheckError(`\`git ${args.join(' ')}\` failed in ${directory}: ${stderr.trim()}`, help);
}

/** Resolves to the repository around a directory; undefined when there is none. Throws CheckError without git. */
export async function repositoryOf(directory: string): Promise<Repository | undefined> {
  const { status, stdout } = await git(directory, ['rev-parse', '--show-toplevel']);
  return status === 0 ? { root: stdout.toString().replace(/\n$/, '') } : undefined;
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

/** The names under which the default branch is looked for, the best first. */
const defaultBranches = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];

/**
 * Resolves to the commit at which the current branch left the default branch, and to that branch's name. Throws CheckError
 * when neither is known.
 */
export async function mergeBase(
  repository: Repository,
): Promise<{ readonly commit: string; readonly branch: string }> {
  const commits = await objectsOf(
    repository,
    defaultBranches.map((branch) => `${branch}^{commit}`),
  );
  const branch = defaultBranches.find((_, i) => commits[i] !== undefined);
  if (branch === undefined)
    throw new CheckError(
      `${repository.root} has no branch ${defaultBranches.join(', ')}`,
      'name the base: `cackle diff REVISION`',
    );
  const { status, stdout } = await git(repository.root, ['merge-base', branch, 'HEAD']);
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
  const args = ['cat-file', '--batch'];
  const broken = (why: string): CheckError =>
    new CheckError(`\`git ${args.join(' ')}\` failed in ${root}: ${why}`, whole);
  const named = names.find((name) => name.includes('\n'));
  if (named !== undefined) throw broken(`it cannot be asked about ${JSON.stringify(named)}`);
  const { status, stdout, stderr } = await git(root, args, `${names.join('\n')}\n`);
  if (status !== 0) throw broken(stderr.trim());
  let at = 0;
  return names.map((name) => {
    const end = stdout.indexOf('\n', at);
    if (end < 0) throw broken(`no answer about ${name}`);
    const head = stdout.toString('utf8', at, end);
    const [, id, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(head) ?? [];
    at = end + 1;
    if (id === undefined || type === undefined) return undefined;
    const content = stdout.subarray(at, at + Number(size));
    at += content.length + 1;
    return { id, type, content };
  });
}

const seeStatus = '`git status` should say more';

/** Resolves to the files known to git that differ from a commit, relative to the root. Throws CheckError. */
export async function changedFiles({ root }: Repository, commit: string): Promise<string[]> {
  const args = ['diff', '--name-only', '--no-renames', '-z', commit];
  return filesIn(await asked(root, args, seeStatus));
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
  return [...new Set(text.split('\0').filter((file) => file !== ''))];
}

/** Returns git's name of a file in a commit; undefined for a path outside of the repository. */
export function nameOfFile({ root }: Repository, commit: string, path: string): string | undefined {
  const inside = relative(root, path);
  return /^\.\.(?:\/|$)/.test(inside) ? undefined : `${commit}:${inside}`;
}

/**
 * Makes the files in `directory` those of a commit, and writes only what differs from the commit that was there before: the
 * times of other files stay, so that cargo builds no more than it has to. The repository's own index and work tree are
 * not touched. Throws CheckError.
 */
export async function checkOut(
  repository: Repository,
  commit: string,
  directory: string,
): Promise<void> {
  await asRepository(repository, commit, directory);
  const { status, stderr } = await git(directory, ['read-tree', '--reset', '-u', commit]);
  if (status !== 0)
    throw new CheckError(
      `git cannot write the files of ${commit.slice(0, 12)} to ${directory}: ${stderr.trim()}`,
      stderr.includes('index.lock')
        ? 'another `cackle diff` is at work there: wait for it, or remove that file'
        : 'is there room on the disk?',
    );
  await checkOutSubmodules(repository, commit, directory);
}

/**
 * Makes a directory a repository at a commit, which borrows the objects of another (gitrepository-layout, objects/info/alternates):
 * a build script that asks git for a commit or a tag hears the same in a copy as in the work tree. Throws CheckError.
 */
export async function asRepository(
  { root }: Repository,
  commit: string,
  directory: string,
): Promise<void> {
  await makeDirectory(directory);
  const placeOf = async (name: string): Promise<string> =>
    resolve(root, (await asked(root, ['rev-parse', '--git-path', name], whole)).trim());
  if (!existsSync(join(directory, '.git'))) {
    const format = (await asked(root, ['rev-parse', '--show-object-format'], whole)).trim();
    const made = await git(root, [
      ...['init', '-q', '--template=', `--object-format=${format}`, '--', directory],
    ]);
    if (made.status !== 0)
      throw new CheckError(
        `git cannot make a repository of ${directory}: ${made.stderr.trim()}`,
        'is there room on the disk?',
      );
  }
  const objects = await placeOf('objects');
  await writeAtomically(join(directory, '.git/objects/info/alternates'), `${objects}\n`);
  const shallow = await placeOf('shallow');
  if (existsSync(shallow)) copyFileSync(shallow, join(directory, '.git/shallow'));
  await asked(directory, ['update-ref', '--no-deref', 'HEAD', commit], whole);
}

/** A commit names submodules only (gitlinks, mode 160000): their files come from the clones in the work tree. */
async function checkOutSubmodules(
  { root }: Repository,
  commit: string,
  directory: string,
): Promise<void> {
  const listed = await asked(root, ['ls-tree', '-r', '-z', commit], whole);
  for (const entry of listed.split('\0')) {
    const [, sha, path] = /^160000 commit ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (sha === undefined || path === undefined) continue;
    // Without a clone, cargo says what it lacks, if it needs the submodule at all.
    if (!existsSync(join(root, path, '.git'))) continue;
    await checkOut({ root: join(root, path) }, sha, join(directory, path));
  }
}
