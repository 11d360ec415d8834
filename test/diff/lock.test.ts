import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordedInstruction } from '../../engine/inventory/fact.ts';
import { cackle, check, fixture, run, short } from '../support/cackle.ts';
import { wholeTest } from '../support/whole.ts';
import { commit, git, lockVersions, repository } from './support.ts';

const lockOf = (directory: string): string => readFileSync(join(directory, 'cackle.lock'), 'utf8');

/** The package tables of a cackle.lock. */
const tables = (text: string): string[] =>
  text
    .split('\n\n')
    .slice(1)
    .map((part) => part.trim());

/** A workspace with the older leaf. */
async function older(as: string): Promise<string> {
  const directory = fixture('updates', { as });
  await lockVersions(directory, { leaf: '1.0.0' });
  return directory;
}

test('rule 11.2: cackle.lock has a line for each fact, sorted, and is the same when nothing changed', async () => {
  const directory = await older('lock-lines');
  const first = await cackle(['lock', '--path', directory]);
  expect([first.status, first.stderr.includes('error')]).toEqual([0, false]);
  expect(first.stdout).toContain('0 facts of 3 packages');
  const text = lockOf(directory);
  expect(tables(text)).toEqual([
    '[[package]]\nname = "leaf"\nversion = "1.0.0"\nsource = "crates.io"',
    '[[package]]\nname = "updates"\nversion = "0.1.0"\nsource = "."',
    '[[package]]\nname = "util"\nversion = "1.0.0"\nsource = "crates.io"',
  ]);
  expect((await cackle(['lock', '--path', directory])).stdout).toContain('up to date');
  expect(lockOf(directory)).toBe(text);
});

test('rules 5.27, 11.1, 11.3: --locked reports `not-locked` for what the code does otherwise, allowed or not', async () => {
  const directory = await older('lock-drift');
  await cackle(['lock', '--path', directory]);
  expect((await check(directory, ['--locked'])).problems).toEqual([]);
  await lockVersions(directory, { leaf: '1.1.0' });
  // A permission that cackle.toml grants to all still shows when it is first used.
  writeFileSync(
    join(directory, 'cackle.toml'),
    `${readFileSync(join(directory, 'cackle.toml'), 'utf8')}\n[pkg.helper]\nallow_apis = ["net"]\n`,
  );
  const { problems, status } = await check(directory, ['--locked']);
  expect([status, problems.map(short).sort()]).toEqual([
    1,
    ['not-locked helper', 'not-locked leaf', 'not-locked leaf'],
  ]);
  expect(problems).toContainEqual(
    expect.objectContaining({ packageName: 'helper', change: 'added', gained: ['api net'] }),
  );
  const shown = await cackle(['-n', '--locked', '--path', directory]);
  expect(shown.stdout).toContain('version 1.0.0 is not in cackle.lock; not recorded: api net');
  expect(shown.stdout).toContain('`cackle lock`');
  await cackle(['lock', '--path', directory]);
  expect((await check(directory, ['--locked'])).problems).toEqual([]);
  expect(lockOf(directory)).toContain('facts = [\n  "api net",\n]');
});

test('rule 11.2: nothing is written while something is held, and the file is as it was', async () => {
  const directory = fixture('held-build-script', { as: 'lock-held' });
  writeFileSync(join(directory, 'cackle.lock'), 'version = 1\ntargets = []\n');
  const { status, stderr } = await cackle(['lock', '--path', directory]);
  expect([status, stderr]).toEqual([2, expect.stringContaining('was held back')]);
  expect(lockOf(directory)).toBe('version = 1\ntargets = []\n');
});

test('rule 11.3: without cackle.lock, or its target, or with a broken one, no check is made', async () => {
  const directory = fixture('simple', { as: 'lock-missing' });
  const ran = (): ReturnType<typeof cackle> => cackle(['-n', '--locked', '--path', directory]);
  const missing = await ran();
  expect([missing.status, missing.stderr]).toEqual([
    2,
    expect.stringContaining('which does not exist'),
  ]);
  // Told before the build.
  expect(missing.stderr).not.toContain('Compiling');
  for (const [text, said] of [
    ['version = 1\ntargets = ["wasm32-unknown-unknown"]\n', 'records nothing of the target'],
    ['version = 3\ntargets = []\n', 'is not as `cackle lock` writes it'],
    [
      'version = 1\ntargets = []\n[[package]]\nname = "a"\nversion = "1"\nsource = "."\nfacts = ["fly"]\n',
      '"fly" of a is no fact',
    ],
    ['version = 1\n<<<<<<< HEAD\ntargets = []\n', 'merge conflict'],
    ['version = ', 'is not as `cackle lock` writes it'],
  ] as const) {
    writeFileSync(join(directory, 'cackle.lock'), text);
    const { status, stderr } = await ran();
    expect([status, stderr], text).toEqual([2, expect.stringContaining(said)]);
    expect(stderr).toContain('cackle.lock');
  }
});

wholeTest(
  'rule 11.2: facts of other targets stay, and lines name the targets where they differ',
  async () => {
    const directory = fixture('simple', { as: 'lock-targets' });
    rmSync(join(directory, 'cackle.lock'), { force: true });
    writeFileSync(
      join(directory, 'cackle.lock'),
      'version = 1\ntargets = ["other-target"]\n\n[[package]]\nname = "there"\nversion = "1.0.0"\nsource = "crates.io"\nfacts = [\n  "api fs",\n]\n',
    );
    expect((await cackle(['lock', '--path', directory])).status).toBe(0);
    const text = lockOf(directory);
    expect(text).toContain('"api fs [other-target]",');
    expect(text).toMatch(/^targets = \["other-target", ".*-linux-.*"\]$/m);
    expect((await check(directory, ['--locked'])).problems.map(short)).not.toContain(
      'not-locked there',
    );
  },
);

test('rule 11.2: branches that add facts of different packages merge, and a conflict is resolved by the command', async () => {
  const directory = await older('lock-merge');
  await repository(directory);
  await cackle(['lock', '--path', directory]);
  await commit(directory, 'lock');
  await git(directory, 'checkout', '-q', '-b', 'leaf');
  await lockVersions(directory, { leaf: '1.1.0' });
  await cackle(['lock', '--path', directory]);
  await commit(directory, 'leaf');
  await git(directory, 'checkout', '-q', 'main');
  // The other branch uses a function of util that reads files: two packages of the middle change, leaf stays.
  writeFileSync(
    join(directory, 'src/main.rs'),
    'fn main() {\n    println!("{}{}", leaf::answer(), util::load("x"));\n}\n',
  );
  await cackle(['lock', '--path', directory]);
  await commit(directory, 'util');
  await git(directory, 'merge', '-q', '--no-edit', 'leaf');
  expect((await check(directory, ['--locked'])).problems.map(short)).not.toContain(
    'not-locked leaf',
  );
  const merged = lockOf(directory);
  await cackle(['lock', '--path', directory]);
  expect(lockOf(directory)).toBe(merged);

  // Both sides change the same lines.
  await git(directory, 'checkout', '-q', '-b', 'one', 'HEAD~1');
  await lockVersions(directory, { leaf: '1.0.1' });
  await cackle(['lock', '--path', directory]);
  await commit(directory, 'one');
  await git(directory, 'checkout', '-q', 'main');
  const conflict = await run('git', [
    '-C',
    directory,
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@localhost',
    'merge',
    '-q',
    'one',
  ]);
  expect([conflict.status, lockOf(directory).includes('<<<<<<<')]).toEqual([1, true]);
  await git(directory, 'checkout', '-q', '--theirs', 'Cargo.lock');
  const resolved = await cackle(['lock', '--path', directory]);
  expect([resolved.status, lockOf(directory).includes('<<<<<<<')]).toEqual([0, false]);
  expect((await check(directory, ['--locked'])).problems.map(short)).not.toContain(
    'not-locked leaf',
  );
});

test.each([
  ['cargo:rustc-flags=-L /opt/lib -l foo', 'cargo:rustc-flags=-L * -l foo'],
  [
    'cargo:rustc-link-arg=-Wl,-rpath,/opt/lib,--wrap=open',
    'cargo:rustc-link-arg=-Wl,-rpath,*,--wrap=open',
  ],
  ['cargo:rustc-link-arg-bins=/build/out/x.o', 'cargo:rustc-link-arg-bins=*'],
  ['cargo:rustc-link-search=native=/my place/lib', 'cargo:rustc-link-search=native=*'],
  ['cargo::rustc-env=A=/x -l foo', 'cargo:rustc-env=A=*'],
  ['cargo:root=/x', 'cargo:root=*'],
])('rule 11.1: of %s the paths are left out, and no other option', (instruction, recorded) => {
  expect(recordedInstruction(instruction)).toBe(recorded);
});
