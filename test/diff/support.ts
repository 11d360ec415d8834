import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Diff } from '../../engine/diff/types.ts';
import { cackle, fixture, run } from '../support/cackle.ts';

/** Runs git in a directory; fails the test when git does. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const own = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-C', directory];
  const { status, stdout, stderr } = await run('git', [...own, ...args]);
  expect(status, `git ${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

/** Makes a copy of a fixture a repository with one commit on `main`. */
export async function repository(directory: string): Promise<void> {
  await git(directory, 'init', '-q', '-b', 'main');
  await commit(directory, 'first', 'target/\n');
}

/** Commits all files. */
export async function commit(directory: string, message: string, ignored?: string): Promise<void> {
  if (ignored !== undefined) writeFileSync(join(directory, '.gitignore'), ignored);
  await git(directory, 'add', '-A');
  await git(directory, 'commit', '-q', '-m', message);
}

/** A repository whose first commit is the fixture `updates` with these versions. */
export async function updates(as: string, versions: Record<string, string>): Promise<string> {
  const directory = fixture('updates', { as });
  await lockVersions(directory, versions);
  // Inventories are kept by the files of a commit: each run of the tests has its own.
  writeFileSync(join(directory, 'unique.txt'), `${process.pid} ${Date.now()}`);
  await repository(directory);
  return directory;
}

/** Writes files below a directory. */
export function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

/** Makes Cargo.lock name these versions of packages, the newest of all others; fails the test when cargo does. */
export async function lockVersions(
  directory: string,
  versions: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(directory, 'Cargo.lock');
  rmSync(file, { force: true });
  await cargo(directory, 'generate-lockfile');
  // `cargo update --precise` does not choose among the packages of a directory.
  let text = readFileSync(file, 'utf8');
  for (const [name, version] of Object.entries(versions))
    text = text.replace(new RegExp(`(name = "${name}"\nversion = )"[^"]*"`), `$1"${version}"`);
  writeFileSync(file, text);
  // Its dependencies follow.
  await cargo(directory, 'metadata', '--format-version', '1');
}

async function cargo(directory: string, ...args: string[]): Promise<void> {
  const { status, stderr } = await run('cargo', ['-C', directory, '-Zunstable-options', ...args], {
    RUSTC_BOOTSTRAP: '1',
  });
  expect(status, stderr).toBe(0);
}

/** Runs `cackle diff` and reads its JSON; fails the test when there is none. */
export async function diff(
  directory: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Diff & { readonly status: number | null; readonly stderr: string }> {
  const ran = await cackle(['diff', '--output-format', 'json', '--path', directory, ...args], env);
  if (!ran.stdout.startsWith('{')) throw new Error(`no diff (status ${ran.status}): ${ran.stderr}`);
  return { ...(JSON.parse(ran.stdout) as Diff), status: ran.status, stderr: ran.stderr };
}

/** Returns what each package gained: `leaf 1.0.0 → 1.1.0`, and its facts. */
export function gains({ packages }: Diff): Record<string, readonly string[]> {
  return Object.fromEntries(
    packages
      .filter(({ gained }) => gained.length > 0)
      .map(({ name, gained }) => [name, gained.map(({ fact }) => fact)]),
  );
}
