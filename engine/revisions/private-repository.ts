import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeAtomically } from '../facts/files.ts';
import { makeDirectory } from '../make-directory.ts';
import type { StandIn } from '../workspace/stand-in.ts';
import { asked, git, line, type Repository, WHOLE } from './ask-git.ts';
import { shortHash } from './kept.ts';

/** A copy of a work tree, and where git keeps what it knows of it. */
interface Copy {
  readonly directory: string;
  readonly gitDirectory: string;
}

/** What of a repository's own configuration decides how files are written, or is asked for by build scripts. */
const wanted =
  /^(?:core\.(?:abbrev|attributesfile|autocrlf|eol|filemode|ignorecase|precomposeunicode|quotepath|symlinks)|filter\..+|lfs\..+|remote\..+\.(?:url|fetch)|branch\..+|user\.(?:name|email))$/s;

/**
 * Returns where the private repository of a copy lies: beside the copy if the work tree has a file `.git`, as linked ones
 * have, since programs that look for files of git's find them there or not.
 */
export function gitDirectoryFor({ root }: Repository, directory: string): string {
  const isElsewhere = lstatSync(join(root, '.git'), { throwIfNoEntry: false })?.isFile() === true;
  return isElsewhere ? `${directory}.git` : join(directory, '.git');
}

/** The environment in which git takes a copy for the work tree and its `.git` for the repository, and no other. */
export const ofCopy = (directory: string): NodeJS.ProcessEnv => ({
  GIT_DIR: join(directory, '.git'),
  GIT_WORK_TREE: directory,
});

/**
 * Makes a copy a repository at a commit, so that a program that asks git for a commit, a tag or a branch hears what it hears in the work
 * tree (rule 11.5): with its refs and the branch it is on, and its objects borrowed (gitrepository-layout,
 * objects/info/alternates). It is made anew each time but for the index, and has no hooks and only harmless configuration.
 * Resolves to what its places stand for. Throws CheckError.
 */
export async function asRepository(
  { root }: Repository,
  commit: string,
  { directory, gitDirectory }: Copy,
): Promise<StandIn[]> {
  const pathOf = (name: string) => asked(root, ['rev-parse', '--git-path', name], WHOLE);
  const [format, branch, refs, settings, common, ...paths] = await Promise.all([
    asked(root, ['rev-parse', '--show-object-format'], WHOLE),
    git(root, ['symbolic-ref', '-q', 'HEAD']),
    refsOf(root),
    settingsOf(root),
    asked(root, ['rev-parse', '--git-common-dir'], WHOLE),
    ...['objects', 'shallow', 'info/attributes', 'info/exclude'].map(pathOf),
  ]);
  const [objects = '', shallow = '', ...infos] = paths.map((path) => resolve(root, line(path)));
  await makeDirectory(directory);
  const link = join(directory, '.git');
  if (gitDirectory !== link) {
    rmSync(link, { recursive: true, force: true });
    await writeAtomically(link, `gitdir: ${gitDirectory}\n`);
  } else if (lstatSync(link, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(link);
  await makeDirectory(gitDirectory);
  // Hooks or settings that a program put there would act on whoever asks next.
  for (const name of readdirSync(gitDirectory))
    if (name !== 'index' && name !== 'modules')
      rmSync(join(gitDirectory, name), { recursive: true, force: true });
  for (const part of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info'])
    mkdirSync(join(gitDirectory, part), { recursive: true });
  const write = (name: string, text: string): Promise<void> =>
    writeAtomically(join(gitDirectory, name), Buffer.from(text, 'latin1'));
  await writeAtomically(join(gitDirectory, 'objects/info/alternates'), `${objects}\n`);
  if (existsSync(shallow)) copyFileSync(shallow, join(gitDirectory, 'shallow'));
  for (const [index, name] of ['info/attributes', 'info/exclude'].entries()) {
    const file = infos[index];
    if (file !== undefined && existsSync(file)) copyFileSync(file, join(gitDirectory, name));
  }
  await write('config', `${ownSettings(line(format))}${settings}`);
  const name = branch.status === 0 ? line(branch.stdout.toString('latin1')) : undefined;
  if (name !== undefined) refs.packed.set(name, commit);
  const packed = [...refs.packed].sort(([a], [b]) => (a < b ? -1 : 1));
  await write(
    'packed-refs',
    `# pack-refs with: sorted \n${packed.map(([ref, id]) => `${id} ${ref}\n`).join('')}`,
  );
  for (const [ref, target] of refs.symbolic) await write(ref, `ref: ${target}\n`);
  // The last file: without it, git takes the directory for no repository.
  await write('HEAD', name === undefined ? `${commit}\n` : `ref: ${name}\n`);
  return [
    { path: directory, of: root, isGit: false },
    { path: gitDirectory, of: resolve(root, line(common)), isGit: true },
    { path: objects, of: objects, isGit: true },
  ];
}

/** Makes a copy of a work tree's files, submodules too, a repository at HEAD that finds changed there what git finds in the work tree. */
export async function copyRepository(
  repository: Repository,
  directory: string,
  gitDirectory: string = gitDirectoryFor(repository, directory),
): Promise<StandIn[]> {
  const { root } = repository;
  const head = await git(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (head.status !== 0) return [];
  const commit = line(head.stdout.toString());
  const standIns = await asRepository(repository, commit, { directory, gitDirectory });
  const own = { env: ofCopy(directory) };
  rmSync(join(gitDirectory, 'index'), { force: true });
  const staged = await git(root, ['ls-files', '--stage', '-z']);
  await asked(directory, ['update-index', '-z', '--index-info'], WHOLE, {
    ...own,
    input: staged.stdout,
  });
  await keepFlags(root, directory);
  // Its status says only whether all is as it was.
  await git(directory, ['update-index', '-q', '--refresh'], own);
  for (const entry of staged.stdout.toString().split('\0')) {
    const [, path] = /^160000 [0-9a-f]+ \d\t(.*)$/s.exec(entry) ?? [];
    if (path === undefined || !existsSync(join(root, path, '.git'))) continue;
    const below = join(gitDirectory, 'modules', path);
    standIns.push(
      ...(await copyRepository({ root: join(root, path) }, join(directory, path), below)),
    );
  }
  return standIns;
}

/** Files that a sparse checkout leaves out, or of which git was told to notice no change (git-ls-files, `-v`). */
async function keepFlags(root: string, directory: string): Promise<void> {
  const { stdout } = await git(root, ['ls-files', '-v', '-z']);
  const entries = stdout.toString('latin1').split('\0');
  for (const [option, tags] of [
    ['--skip-worktree', /^[Ss] /],
    ['--assume-unchanged', /^[a-z] /],
  ] as const) {
    const files = entries.filter((entry) => tags.test(entry)).map((entry) => entry.slice(2));
    if (files.length === 0) continue;
    const input = Buffer.from(files.map((file) => `${file}\0`).join(''), 'latin1');
    await git(directory, ['update-index', option, '-z', '--stdin'], {
      ...{ env: ofCopy(directory), input },
    });
  }
}

/**
 * Resolves to what beside a commit decides how git answers in a checkout: where that is, whether its history is whole, and its tags.
 * What was found out of a commit in one place does not hold in another.
 */
export async function situationOf({ root }: Repository): Promise<string> {
  const [shallow, tags] = await Promise.all([
    git(root, ['rev-parse', '--is-shallow-repository']),
    git(root, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags']),
  ]);
  const place = gitDirectoryFor({ root }, root);
  return `${place} ${line(shallow.stdout.toString())} ${shortHash(tags.stdout.toString('latin1'))}`;
}

/** Has git notice no change of a file in a copy, if it notices none now: what we write there is none of the user's. */
export async function ignoreChanges(directory: string, file: string): Promise<void> {
  const own = { env: ofCopy(directory) };
  const { status } = await git(directory, ['diff-files', '--quiet', '--', file], own);
  if (status === 0) await git(directory, ['update-index', '--assume-unchanged', '--', file], own);
}

/** The refs of a repository that a checkout has, by name; texts of latin1, since a name may have any bytes. */
async function refsOf(root: string) {
  const { stdout } = await git(root, [
    ...['for-each-ref', '--format=%(objectname) %(refname) %(symref)'],
    ...['refs/heads', 'refs/tags', 'refs/remotes'],
  ]);
  const packed = new Map<string, string>();
  const symbolic = new Map<string, string>();
  for (const entry of stdout.toString('latin1').split('\n')) {
    const [id, ref, target] = entry.split(' ');
    if (id === undefined || ref === undefined) continue;
    if (target) symbolic.set(ref, target);
    else packed.set(ref, id);
  }
  return { packed, symbolic };
}

const ownSettings = (format: string): string =>
  [
    '[core]',
    `\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}`,
    '\tbare = false',
    '\tlogallrefupdates = false',
    ...(format === 'sha1' ? [] : ['[extensions]', `\tobjectformat = ${format}`]),
    '[gc]',
    '\tauto = 0',
    '',
  ].join('\n');

/** What of the repository's own configuration is {@link wanted}, as a file of configuration (git-config, "Syntax"). */
async function settingsOf(root: string): Promise<string> {
  const { stdout } = await git(root, ['config', '--list', '-z', '--show-scope']);
  const fields = stdout.toString('latin1').split('\0');
  let text = '';
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [scope, entry = ''] = fields.slice(i, i + 2);
    if (scope !== 'local' && scope !== 'worktree') continue;
    const end = entry.indexOf('\n');
    const key = end < 0 ? entry : entry.slice(0, end);
    if (!wanted.test(key)) continue;
    const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
    const below = first === last ? '' : ` ${quoted(key.slice(first + 1, last))}`;
    const value = end < 0 ? '' : ` = ${quoted(entry.slice(end + 1)).replaceAll('\n', '\\n')}`;
    text += `[${key.slice(0, first)}${below}]\n\t${key.slice(last + 1)}${value}\n`;
  }
  return text;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
