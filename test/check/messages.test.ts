import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CargoText } from '../../engine/check/cargo-text.ts';
import { packageRoot } from '../../engine/paths.ts';
import type { Workspace } from '../../engine/workspace/types.ts';
import { cackle, check, fixture, workspacePlace } from '../support/cackle.ts';

test('rule 6.14: what rustc says of a crate whose script is held is told in a line, and all of it with --debug', async () => {
  const directory = fixture('messages-held');
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(1);
  expect(ran.stderr).not.toMatch(/^error|Caused by|exit successfully|nowhere|rustc --explain/m);
  expect(ran.stderr).toMatch(
    /^note: not compiled, for want of what is held, with \d+ errors? for it: waits \(--debug/m,
  );
  expect(ran.stdout).toContain('held: the build script of waits, which uses ');
  const log = join(directory, 'log');
  const all = await cackle(['-n', '--debug', '--log-file', log, '--path', directory]);
  expect(all.status).toBe(1);
  expect(all.stderr).toMatch(/^error/m);
});

test('what was not compiled again is no error: not in a check like the last, nor when fixes have let it be compiled', async () => {
  const directory = fixture('messages-again');
  await cackle(['-n', '--path', directory]);
  const same = await cackle(['-n', '--path', directory]);
  expect(same.status).toBe(1);
  expect(same.stderr).not.toMatch(/^error|not compiled again|rustc --explain/m);
  expect(same.stdout).toContain('held: the build script of waits, which uses ');
  const accepted = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(accepted.status).toBe(0);
  expect(accepted.stderr).not.toMatch(/^error|^warning: build failed|not compiled|--explain/m);
  writeFileSync(join(directory, 'crates/waits/src/lib.rs'), 'pub fn f() -> u8 { missing_thing }');
  const wrong = await cackle(['-n', '--path', directory]);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(
    /missing_thing[\s\S]*rustc --explain[\s\S]*could not compile `waits`/,
  );
});

test('a crate that is wrong by itself is shown beside it, and no command line is', async () => {
  const directory = fixture('messages-both');
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('missing_thing');
  expect(ran.stderr).toContain('could not compile `other`');
  expect(ran.stderr).not.toMatch(/exit successfully|bwrap|--crate-name/);
});

test('rule 7.7: rustc that fails in its sandbox is shown without its command line, which --debug has', async () => {
  const directory = fixture('messages-sandbox');
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('missing_thing');
  expect(ran.stderr).not.toMatch(/--unshare-all|--crate-name/);
  expect(ran.stderr).toContain('--debug shows its command line');
  expect((await cackle(['-n', '--debug', '--path', directory])).stderr).toContain('--unshare-all');
});

test('an example without its required-features is not blamed on a held script', async () => {
  const name = 'messages-example';
  const directory = fixture(name);
  const { unchecked } = await check(directory);
  const blocks = unchecked.flatMap((held) => held.blocks);
  expect(blocks).toContain(`${name} (example plain)`);
  expect(blocks).not.toContain(`${name} (example needs)`);
  const withIt = await check(directory, ['--features', 'extra']);
  expect(withIt.unchecked.flatMap((held) => held.blocks)).toContain(`${name} (example needs)`);
});

test('rule 6.13: members outside of default-members are named, and others are not', async () => {
  const root = '[workspace]\nmembers = ["a", "b", "c"]\nresolver = "2"\n';
  const directory = fixture('messages-members');
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(0);
  expect(ran.stdout).toMatch(/not checked: of the workspace's members c, which default-members/);
  expect((await check(directory)).leftOut).toEqual(['c']);
  expect((await check(directory, ['--package', 'a'])).leftOut).toEqual([]);
  writeFileSync(join(directory, 'Cargo.toml'), root);
  expect((await check(directory)).leftOut).toEqual([]);
});

test('`cackle test --path` says where the option goes', async () => {
  const directory = fixture('messages-path');
  for (const subcommand of ['test', 'run']) {
    const ran = await cackle([subcommand, '--path', directory]);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(`cackle --path DIR ${subcommand}`);
  }
  expect((await cackle(['--path', directory, 'run', '--', '--path', 'x'])).status).toBe(0);
});

test('what several held scripts hold up is told once', async () => {
  const directory = fixture('messages-several');
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(1);
  expect(ran.stdout).toMatch(
    /^held: 3 build scripts: one uses fs, three uses \S+, two uses \S+\n\n/,
  );
  expect(ran.stdout.match(/^not checked: .*/gm) ?? []).toHaveLength(1);
});

test('a link that no running rustc asks for says what to do', () => {
  const shim = join(packageRoot(), 'engine/shim/src/main.rs');
  const directory = workspacePlace('messages-link/cackle-linker');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const made = join(directory, 'cc');
  execFileSync('rustc', ['--edition=2021', '-o', made, shim]);
  const ran = spawnSync(made, ['-o', 'x'], { encoding: 'utf8' });
  expect([ran.status, ran.stderr]).toEqual([
    1,
    expect.stringMatching(
      /this link belongs to no running rustc: .*cackle-linker\/link: .*if cackle was updated.*npm run build/,
    ),
  ]);
});

test('why cargo failed by something else than a crate is shown, without the command line', () => {
  const shown: string[] = [];
  const workspace = {
    root: '/',
    packages: [],
    byId: new Map(),
    byName: new Map(),
  } as unknown as Workspace;
  const text = new CargoText(workspace, new Map(), {
    shown: (line) => shown.push(line),
    hidden: () => undefined,
  });
  for (const line of [
    'error: failed to run `rustc` to learn about target-specific information',
    '',
    'Caused by:',
    "  process didn't exit successfully: `/x/rustc - --crate-name ___ --print=cfg` (exit status: 1)",
    '  --- stderr',
    '  error: unknown codegen option: `nonsense`',
    '',
    'error: could not compile `x` (lib)',
    '',
    'Caused by:',
    "  process didn't exit successfully: `/x/rustc --crate-name x` (signal: 9, SIGKILL: kill)",
  ])
    text.line(line);
  text.end();
  expect(shown.filter((line) => line !== '')).toEqual([
    'error: failed to run `rustc` to learn about target-specific information',
    'Caused by:',
    "  a program of cargo's failed: exit status: 1",
    '  --- stderr',
    '  error: unknown codegen option: `nonsense`',
    'error: could not compile `x` (lib)',
  ]);
});

test('a cfg that a held script declares is not warned about', async () => {
  const directory = fixture('messages-cfg');
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(1);
  expect(ran.stderr).not.toContain('found`');
  // Nor does cargo count it.
  expect(ran.stderr).not.toMatch(/`waits` \(\w+\) generated/);
  // What another package generates is told, with what it is about.
  expect(ran.stderr).toMatch(/unused variable: `x`[\s\S]*`messages-cfg` \(bin "messages-cfg"/);
  expect(ran.stdout).toContain('held: the build script of waits, which uses ');
});

test('rule 6.14: of a script that failed, stderr has one line of cargo, and the report what it wrote', async () => {
  const directory = fixture('build-scripts-that-fail');
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain('error: failed to run custom build command for `fails v1.0.0');
  expect(ran.stderr).not.toMatch(/To improve backtraces|build failed, waiting/);
  expect(ran.stdout).toContain('    | no luck today\n\n');
  const all = await cackle(['-n', '--debug', '--path', directory]);
  expect(all.stderr).toContain('note: To improve backtraces for build dependencies');
});

test('that no API is watched is said, and what to write', async () => {
  const directory = fixture('messages-no-api');
  for (const more of [[], ['--auto-accept-fixes']]) {
    const ran = await cackle(['-n', ...more, '--path', directory]);
    expect(ran.status).toBe(0);
    expect(ran.stderr).toMatch(/note: cackle.toml watches no API.*common\.import_std/);
  }
});
