import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, fixture, workspacePlace } from '../support/cackle.ts';
import { commit, diff, gains, git, repository, updates, write } from './support.ts';

/** A package without capabilities, and with code for another target. */
const plain = 'pub fn f() {}\n';
const forOthers = `${plain}#[cfg(windows)]\npub fn g() {\n    std::process::Command::new("x").spawn().ok();\n}\n`;
const manifestOf = (name: string): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;

/** Makes a repository with one package in it. */
async function packageRepository(as: string, name: string): Promise<string> {
  const directory = workspacePlace(as);
  rmSync(directory, { recursive: true, force: true });
  write(directory, { 'Cargo.toml': manifestOf(name), 'src/lib.rs': plain });
  await repository(directory);
  return directory;
}

/** Adds a dependency to the manifest of `updates`, and has cargo lock it. */
async function depend(directory: string, line: string): Promise<void> {
  const file = join(directory, 'Cargo.toml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('[dependencies]\n', `[dependencies]\n${line}\n`),
  );
  await commit(directory, 'dependency');
  // It writes Cargo.lock.
  await diff(directory, ['HEAD']);
  await commit(directory, 'locked');
}

test('rule 11.5: a copy is written to no place outside of it, whatever links an earlier copy has', async () => {
  const directory = await updates('hostile-link', {});
  const outside = workspacePlace('hostile-link-outside');
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, 'file'), 'mine');
  const link = join(directory, 'notes');
  symlinkSync(outside, link);
  expect((await diff(directory, ['--update'])).status).toBe(0);
  rmSync(link);
  write(directory, { 'notes/file': 'theirs' });
  expect((await diff(directory, ['--update'])).status).toBe(0);
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('mine');
});

test('rule 11.5: a tag that is called like the default branch is not taken for it', async () => {
  const directory = await updates('hostile-tag', {});
  await git(directory, 'checkout', '-q', '-b', 'feature');
  const main = join(directory, 'src/main.rs');
  writeFileSync(main, readFileSync(main, 'utf8').replace('util::length', 'util::load'));
  await commit(directory, 'gain');
  await git(directory, 'tag', 'main');
  await git(directory, 'tag', 'origin/main');
  expect(gains(await diff(directory))).toEqual({ util: ['api fs'] });
});

test('rule 11.10: git runs no program that files of the work tree name', async () => {
  const outside = fixture('updates', { as: 'hostile-bare' });
  const directory = join(outside, 'inner');
  cpSync(fixture('updates', { as: 'hostile-bare-inner' }), directory, { recursive: true });
  await repository(outside);
  const ran = join(outside, 'ran');
  write(directory, {
    HEAD: 'ref: refs/heads/main\n',
    'refs/heads/main': await git(outside, 'rev-parse', 'HEAD'),
    'objects/info/alternates': '../../.git/objects\n',
    config: `[core]\nbare = false\nworktree = .\nfsmonitor = "touch ${ran}; false"\n`,
  });
  const { status, stderr } = await cackle(['diff', '--path', directory, 'HEAD']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('for a repository of its own')]);
  expect(existsSync(ran)).toBe(false);
  // A file alone that is called like git's is no repository.
  for (const name of ['refs', 'objects', 'config'])
    rmSync(join(directory, name), { recursive: true });
  expect((await diff(directory, ['HEAD'])).status).toBe(0);
});

test('rule 11.4: a package from git that moved to another commit is one that changed', async () => {
  const origin = await packageRepository('hostile-git-origin', 'fromgit');
  const directory = await updates('hostile-git', {});
  const line = (rev: string): string => `fromgit = { git = "file://${origin}", rev = "${rev}" }`;
  const first = (await git(origin, 'rev-parse', 'HEAD')).trim();
  await depend(directory, line(first));
  expect((await diff(directory, ['HEAD'])).packages).toEqual([]);
  write(origin, { 'src/lib.rs': forOthers });
  await commit(origin, 'second');
  const second = (await git(origin, 'rev-parse', 'HEAD')).trim();
  const file = join(directory, 'Cargo.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(first, second));
  const { packages } = await diff(directory, ['HEAD']);
  expect(packages.find(({ name }) => name === 'fromgit')).toMatchObject({
    change: 'version',
    before: { revision: first },
    after: { revision: second },
    review: { otherTargets: { places: [{ file: 'src/lib.rs', line: 2 }] } },
  });
  const shown = await cackle(['diff', '--path', directory, 'HEAD']);
  expect(shown.stdout).toContain(
    `fromgit 0.1.0: commit ${first.slice(0, 9)} → ${second.slice(0, 9)}`,
  );
});

test('rule 11.4: a submodule at another commit has edited packages, even where .gitmodules asks to ignore it', async () => {
  const origin = await packageRepository('hostile-submodule-origin', 'sub');
  const directory = await updates('hostile-submodule', {});
  const allow = ['-c', 'protocol.file.allow=always'];
  await git(directory, ...allow, 'submodule', '--quiet', 'add', origin, 'below/sub');
  await git(directory, 'config', '-f', '.gitmodules', 'submodule.below/sub.ignore', 'all');
  await depend(directory, 'sub = { path = "below/sub" }');
  expect((await diff(directory, ['HEAD'])).packages).toEqual([]);
  const inside = join(directory, 'below/sub');
  write(inside, { 'src/lib.rs': forOthers });
  await commit(inside, 'second');
  const { packages } = await diff(directory, ['HEAD']);
  expect(packages.find(({ name }) => name === 'sub')).toMatchObject({
    change: 'edited',
    review: { otherTargets: { count: 1 } },
  });
});

test('rule 11.5: a copy that was cut short is made again, and no repository around it is taken for it', async () => {
  const directory = await updates('hostile-cut', {});
  const around = workspacePlace('hostile-cut-around');
  rmSync(around, { recursive: true, force: true });
  write(around, { 'mine.txt': 'mine' });
  await repository(around);
  const head = await git(around, 'rev-parse', 'HEAD');
  const env = { XDG_CACHE_HOME: join(around, 'cache') };
  const first = await diff(directory, ['HEAD'], env);
  const [, copy = ''] =
    /Compiling updates v0\.1\.0 \((.*diffs\/bases\/base-[^)]*)\)/.exec(first.stderr) ?? [];
  rmSync(join(copy, '.git/HEAD'));
  // Another commit, such that nothing is kept.
  write(directory, { 'more.txt': 'more' });
  await commit(directory, 'second');
  expect((await diff(directory, ['HEAD'], env)).base.from).toBe('check');
  expect([await git(around, 'rev-parse', 'HEAD'), existsSync(join(around, 'mine.txt'))]).toEqual([
    head,
    true,
  ]);
});

test('rule 11.5: what another commit or a build left in the copy is no file of the base', async () => {
  const directory = await updates('hostile-left', {});
  const first = await diff(directory, ['HEAD']);
  const [, copy = ''] =
    /Compiling updates v0\.1\.0 \((.*diffs\/bases\/base-[^)]*)\)/.exec(first.stderr) ?? [];
  write(copy, { 'examples/left.rs': 'fn main() {\n    std::fs::read("x").ok();\n}\n' });
  write(directory, { 'more.txt': 'more' });
  await commit(directory, 'second');
  write(directory, { 'examples/new.rs': 'fn main() {\n    std::fs::read("x").ok();\n}\n' });
  const found = await diff(directory, ['HEAD']);
  expect([found.base.from, gains(found)]).toEqual(['check', { updates: ['api fs'] }]);
});
