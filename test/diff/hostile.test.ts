import {
  chmodSync,
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
import { cackle, fixture, run, workspacePlace } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';
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

wholeTest(
  'rule 11.5: a tag that is called like the default branch is not taken for it',
  async () => {
    const directory = await updates('hostile-tag', {});
    await git(directory, 'checkout', '-q', '-b', 'feature');
    const main = join(directory, 'src/main.rs');
    writeFileSync(main, readFileSync(main, 'utf8').replace('util::length', 'util::load'));
    await commit(directory, 'gain');
    await git(directory, 'tag', 'main');
    await git(directory, 'tag', 'origin/main');
    expect(gains(await diff(directory))).toEqual({ util: ['api fs'] });
  },
);

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

wholeTest(
  'rule 11.4: a package from git that moved to another commit is one that changed',
  async () => {
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
  },
);

wholeTest(
  'rule 11.4: a submodule at another commit has edited packages, even where .gitmodules asks to ignore it',
  async () => {
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
  },
);

wholeTest(
  'rule 11.5: a copy that was cut short is made again, and no repository around it is taken for it',
  async () => {
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
  },
);

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

test('rule 11.12: programs, sources and variables of cargo and rustup that differ are told first, and are a gain', async () => {
  const directory = await updates('hostile-settings', {});
  const file = join(directory, '.cargo/config.toml');
  const before = readFileSync(file, 'utf8');
  const script = '#!/bin/sh\nexec "$@"\n';
  write(directory, { 'tools/wrapper': script });
  writeFileSync(
    file,
    `${before}[build]\nrustc-wrapper = "./tools/wrapper"\n[term]\nquiet = true\n`,
  );
  chmodSync(join(directory, 'tools/wrapper'), 0o755);
  const found = await diff(directory, ['HEAD']);
  const names = { file: '.cargo/config.toml', text: 'it names tools/wrapper, which differs' };
  expect([found.status, found.loosened]).toEqual([
    1,
    [{ file: '.cargo/config.toml', text: 'build.rustc-wrapper is "./tools/wrapper"' }, names],
  ]);
  const shown = await cackle(['diff', '--path', directory, 'HEAD']);
  expect(shown.stdout.split('\n')[0]).toBe(
    '.cargo/config.toml: build.rustc-wrapper is "./tools/wrapper", unlike in the base',
  );
  await commit(directory, 'wrapper');
  // The same setting, another program.
  write(directory, { 'tools/wrapper': `${script}# more\n` });
  const edited = await diff(directory, ['HEAD']);
  expect([edited.status, edited.loosened]).toEqual([1, [names]]);
  // What only concerns output is none, nor is a toolchain by its name.
  await commit(directory, 'edited');
  writeFileSync(file, readFileSync(file, 'utf8').replace('quiet = true', 'quiet = false'));
  const { host, version } = await rustc();
  write(directory, { 'rust-toolchain.toml': `[toolchain]\nchannel = "${version}-${host}"\n` });
  expect((await diff(directory, ['HEAD'], { RUSTUP_TOOLCHAIN: version })).loosened).toEqual([]);
  write(directory, { 'rust-toolchain.toml': '[toolchain]\npath = "tools"\n' });
  const path = await diff(directory, ['HEAD'], { RUSTUP_TOOLCHAIN: version });
  expect(path.loosened).toContainEqual({
    file: 'rust-toolchain.toml',
    text: 'toolchain.path is "tools"',
  });
});

wholeTest(
  'rule 11.12: a build script that reads a variable of the configuration runs again on both sides',
  async () => {
    const directory = await updates('hostile-variable', { leaf: '1.0.0' });
    write(directory, {
      'vendor/leaf-1.0.0/build.rs':
        'fn main() {\n    if std::env::var("MORE").is_ok() {\n        println!("cargo:rustc-cfg=more");\n    }\n}\n',
      'vendor/leaf-1.0.0/src/lib.rs':
        'pub fn answer() -> usize {\n    #[cfg(more)]\n    std::fs::read("x").ok();\n    42\n}\n',
    });
    const config = join(directory, 'cackle.toml');
    const allows =
      '\n[pkg.leaf.build]\nallow_apis = ["env"]\nallow_build_instructions = ["cargo:rustc-cfg=*"]\n';
    writeFileSync(config, `${readFileSync(config, 'utf8')}${allows}`);
    await commit(directory, 'script');
    expect((await diff(directory, ['HEAD'])).status).toBe(0);
    const cargo = join(directory, '.cargo/config.toml');
    writeFileSync(cargo, `${readFileSync(cargo, 'utf8')}[env]\nMORE = "1"\n`);
    expect(gains(await diff(directory, ['HEAD']))).toEqual({ leaf: ['api fs'] });
  },
);

test('rule 11.9: a cackle.toml that is gone, or does not fit the packages of today, hides nothing', async () => {
  const directory = await updates('hostile-unwatched', {});
  const file = join(directory, 'cackle.toml');
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  const gone = await diff(directory, ['HEAD']);
  expect([gone.status, gone.loosened]).toEqual([
    1,
    [{ file: 'cackle.toml', text: 'the API env is not watched any more' }],
  ]);
  writeFileSync(file, `${text}\n[pkg.leaf]\nimport = ["mine"]\n`);
  await commit(directory, 'another');
  writeFileSync(file, text.replace('"net", ', ''));
  const other = await diff(directory, ['HEAD']);
  expect([other.status, other.loosened]).toEqual([
    1,
    [{ file: 'cackle.toml', text: expect.stringContaining('what it watched is not known') }],
  ]);
  // A link to the file is the file.
  mkdirSync(join(directory, 'settings'));
  writeFileSync(join(directory, 'settings/cackle.toml'), text);
  rmSync(file);
  symlinkSync('settings/cackle.toml', file);
  await commit(directory, 'link');
  expect((await diff(directory, ['HEAD'])).loosened).toEqual([]);
});

test('rule 11.13: a cackle.lock that records what the code does not do is a gain, and a broken one no base', async () => {
  const directory = await updates('hostile-lock', {});
  await cackle(['lock', '--path', directory]);
  await commit(directory, 'lock');
  const file = join(directory, 'cackle.lock');
  const honest = readFileSync(file, 'utf8');
  const claim = honest.replace(/(name = "util"\n.*\n.*\n)/, '$1facts = [\n  "api net",\n]\n');
  writeFileSync(file, claim);
  const claimed = await diff(directory, ['HEAD']);
  const text = 'it records of util 1.0.0 what the code does not do: api net';
  expect([claimed.status, claimed.loosened]).toEqual([1, [{ file: 'cackle.lock', text }]]);
  await commit(directory, 'claim');
  // What was recorded before is stale, which `--locked` tells.
  expect((await diff(directory, ['HEAD'])).loosened).toEqual([]);
  for (const [broken, said] of sampled([
    [`${honest}<<<<<<< HEAD\n`, 'has marks of a merge conflict'],
    [`${honest}\n[[package]]\nname = "util"\nversion = "1.0.0"\nsource = "crates.io"\n`, 'twice'],
    [
      `${honest}\n[[package]]\nname = "older"\nversion = "1.0.0"\nsource = "crates.io"\n`,
      'older 1.0.0',
    ],
  ] as const)) {
    writeFileSync(file, broken);
    await commit(directory, said);
    const { base, stderr } = await diff(directory, ['HEAD']);
    expect([base.from, stderr]).toEqual(['check', expect.stringContaining(said)]);
  }
  // The command that is told writes it anew.
  writeFileSync(file, `${honest}\nmore = 1\n`);
  expect([
    (await cackle(['lock', '--path', directory])).status,
    readFileSync(file, 'utf8'),
  ]).toEqual([0, honest]);
});

async function rustc(): Promise<{ host: string; version: string }> {
  const { stdout } = await run('rustc', ['-vV']);
  const [, version = ''] = /^release: (.*)$/m.exec(stdout) ?? [];
  const [, host = ''] = /^host: (.*)$/m.exec(stdout) ?? [];
  return { host, version };
}

wholeTest(
  'rule 11.5: a base whose workspace lies behind a link is an error, and nothing is written there',
  async () => {
    const directory = await updates('hostile-place', {});
    const outside = workspacePlace('hostile-place-outside');
    rmSync(outside, { recursive: true, force: true });
    cpSync(directory, join(outside, 'inner'), { recursive: true });
    const inner = join(directory, 'inner');
    symlinkSync(join(outside, 'inner'), inner);
    await commit(directory, 'link');
    rmSync(inner);
    cpSync(fixture('updates', { as: 'hostile-place-inner' }), inner, { recursive: true });
    await commit(directory, 'directory');
    rmSync(join(outside, 'inner/Cargo.lock'));
    for (const [revision, said] of [
      ['HEAD~1', 'is a link'],
      ['HEAD~2', 'has no directory inner'],
    ] as const) {
      const { status, stderr } = await cackle(['diff', '--path', inner, revision]);
      expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
    expect(existsSync(join(outside, 'inner/Cargo.lock'))).toBe(false);
  },
);

wholeTest('rule 11.5: a partial clone fetches what the base has', async () => {
  const origin = await updates('hostile-partial-origin', {});
  for (const key of ['allowFilter', 'allowAnySHA1InWant'])
    await git(origin, 'config', `uploadpack.${key}`, 'true');
  const main = join(origin, 'src/main.rs');
  writeFileSync(main, readFileSync(main, 'utf8').replace('util::length', 'util::load'));
  await commit(origin, 'gain');
  const directory = workspacePlace('hostile-partial');
  rmSync(directory, { recursive: true, force: true });
  await git(origin, 'clone', '-q', '--filter=blob:none', `file://${origin}`, directory);
  expect(gains(await diff(directory, ['HEAD~1']))).toEqual({ util: ['api fs'] });
});
