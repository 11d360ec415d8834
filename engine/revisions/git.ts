import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { writeAtomically } from '../facts/files.ts';
import { makeDirectory } from '../make-directory.ts';
import { isWithin } from '../paths.ts';
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

/**
 * What no question of ours may run (rule 11.10): hooks (githooks), the file system monitor, and what a directory of the
 * work tree that looks like a bare repository configures (git-config, `safe.bareRepository`).
 */
const harmless = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'safe.bareRepository=explicit'],
];

const whole = 'is the repository whole?';

/** What a question takes besides its arguments. */
interface Given {
  readonly input?: string;
  /** Variables beside those of the process. */
  readonly env?: NodeJS.ProcessEnv;
}

async function git(
  directory: string,
  args: readonly string[],
  { input, env: more }: Given = {},
): Promise<Finished> {
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  for (const name of ofHooks) delete env[name];
  try {
    const own = [...harmless, '-C', directory];
    const given = input === undefined ? {} : { input };
    return await runProgram('git', [...own, ...args], { env: { ...env, ...more }, ...given });
  } catch (error) {
    throw new CheckError(
      `cannot run git: ${(error as Error).message}`,
      'a diff needs git to read the base: install it, or compare lock files with --lock',
      { cause: error },
    );
  }
}

async function asked(
  directory: string,
  args: readonly string[],
  help: string,
  given: Given = {},
): Promise<string> {
  const { status, stdout, stderr } = await git(directory, args, given);
  if (status === 0) return stdout.toString();
  throw new CheckError(`\`git ${args.join(' ')}\` failed in ${directory}: ${stderr.trim()}`, help);
}

/**
 * Resolves to the repository around a directory; undefined when there is none. Throws CheckError without git, and where files of a
 * work tree pose as a repository.
 */
export async function repositoryOf(directory: string): Promise<Repository | undefined> {
  const { status, stdout, stderr } = await git(directory, ['rev-parse', '--show-toplevel']);
  if (status === 0) return { root: stdout.toString().replace(/\n$/, '') };
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
    new CheckError(`\`git ${args.join(' ')}\` failed in ${root}: ${why}`, whole);
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
  const own = { env: ofCopy(directory) };
  const write = (): Promise<Finished> =>
    git(directory, ['read-tree', '--reset', '-u', commit], own);
  const first = await write();
  // A partial clone fetches the contents that it lacks when it compares them (git-clone, --filter); its copy cannot.
  const { status, stderr } =
    first.status !== 0 && (await fetchMissing(repository, commit)) ? await write() : first;
  if (status !== 0)
    throw new CheckError(
      `git cannot write the files of ${commit.slice(0, 12)} to ${directory}: ${stderr.trim()}`,
      stderr.includes('index.lock')
        ? 'another `cackle diff` is at work there: wait for it, or remove that file'
        : 'is there room on the disk?',
    );
  // What another commit, its submodules or a build left there is no file of this one.
  await asked(directory, ['clean', '-ffdxq'], `remove ${directory}`, own);
  await checkOutSubmodules(repository, commit, directory);
}

/** Resolves to whether a partial clone now has what its work tree and a commit differ in; false for any other. */
async function fetchMissing({ root }: Repository, commit: string): Promise<boolean> {
  const partial = await git(root, ['config', '--get-regexp', '^remote\\..*\\.promisor$']);
  if (partial.status !== 0) return false;
  const args = ['diff', '--no-ext-diff', '--no-textconv', '--shortstat', 'HEAD', commit, '--'];
  return (await git(root, args)).status === 0;
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
  const own = { env: ofCopy(directory) };
  const placeOf = async (name: string): Promise<string> =>
    resolve(root, (await asked(root, ['rev-parse', '--git-path', name], whole)).trim());
  // Git itself looks for a repository further up where one is cut short, and that would be somebody else's.
  const isWhole = await git(directory, ['rev-parse', '--git-dir'], own);
  if (isWhole.status !== 0) {
    rmSync(join(directory, '.git'), { recursive: true, force: true });
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
  const ownShallow = join(directory, '.git/shallow');
  if (existsSync(shallow)) copyFileSync(shallow, ownShallow);
  else rmSync(ownShallow, { force: true });
  await asked(directory, ['update-ref', '--no-deref', 'HEAD', commit], whole, own);
}

/** The environment in which git takes `directory` and its `.git` for the repository, and no other. */
const ofCopy = (directory: string): NodeJS.ProcessEnv => ({
  GIT_DIR: join(directory, '.git'),
  GIT_WORK_TREE: directory,
});

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
