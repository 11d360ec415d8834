import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, config, fixture, manifest, short, workspace } from '../support/cackle.ts';

const shorts = async (directory: string, args: readonly string[] = []): Promise<string[]> =>
  (await check(directory, args)).problems.map(short).sort();

const reads = 'pub fn f() { let _ = std::fs::read("x"); }';
const connects = 'pub fn f() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }';

test('rules 5.20, 6.13: a virtual workspace: all members, --package, default-members; only a whole check tells of unused permissions', async () => {
  const files = {
    'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\nresolver = "2"\n',
    'a/Cargo.toml': manifest('a'),
    'a/src/main.rs': 'fn main() { let _ = std::fs::read("x"); }',
    'b/Cargo.toml': manifest('b'),
    'b/src/main.rs': 'fn main() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }',
    'cackle.toml': config('[pkg.a]\nallow_apis = ["env"]\n[pkg.b]\nallow_apis = ["process"]\n'),
  };
  const directory = fixture('virtual-workspace');
  const both = ['disallowed-api a fs', 'disallowed-api b net'];
  const unused = ['unused-allow-api a env', 'unused-allow-api b process'];
  expect(await shorts(directory)).toEqual([...both, ...unused]);
  expect(await shorts(directory, ['--package', 'b'])).toEqual(['disallowed-api b net']);
  // A member's directory means its workspace.
  expect(await shorts(join(directory, 'a'))).toEqual([...both, ...unused]);
  writeFileSync(join(directory, 'Cargo.toml'), `${files['Cargo.toml']}default-members = ["a"]\n`);
  expect(await shorts(directory)).toEqual(['disallowed-api a fs']);
});

test('dependencies by git, [patch], a path outside, another name, and one name from two directories', async () => {
  const repository = fixture('dependencies-by-git');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: repository,
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'x');
  const directory = workspace('sources', {
    'Cargo.toml': manifest(
      'sources',
      `[dependencies]
from-git = { git = "file://${repository}" }
other = { package = "renamed", path = "../sources-outside/renamed" }
two = { path = "two" }
two-old = { package = "two", path = "../sources-outside/two-old" }
patched = "1"
[patch.crates-io]
patched = { path = "patched" }
`,
    ),
    'src/main.rs': 'fn main() { from_git::f(); other::f(); two::f(); two_old::f(); patched::f(); }',
    '../sources-outside/renamed/Cargo.toml': `${manifest('renamed')}\n[workspace]\n`,
    '../sources-outside/renamed/src/lib.rs': connects,
    'two/Cargo.toml': manifest('two').replace('1.0.0', '2.0.0'),
    'two/src/lib.rs': reads,
    '../sources-outside/two-old/Cargo.toml': `${manifest('two')}\n[workspace]\n`,
    '../sources-outside/two-old/src/lib.rs': connects,
    'patched/Cargo.toml': manifest('patched'),
    'patched/src/lib.rs': reads,
    '.cargo/config.toml': '[net]\ngit-fetch-with-cli = true\n',
    'cackle.toml': config(),
  });
  const report = await check(directory);
  expect(
    report.problems
      .map((p) => ('packageLabel' in p && 'api' in p ? `${p.packageLabel} ${p.api}` : p.kind))
      .sort(),
  ).toEqual([
    'from-git fs',
    'patched fs',
    'renamed net',
    'two@../sources-outside/two-old net',
    'two@two fs',
  ]);
});

test('rule 2.8: features of cackle.toml, and --features instead of them', async () => {
  const directory = fixture('workspace-features/workspace');
  expect(await shorts(directory)).toEqual(['disallowed-api extra fs', 'unused-setting extra']);
  // Another feature of the lock file has it.
  expect(await shorts(directory, ['--features', 'network'])).toEqual([
    'disallowed-api features net',
  ]);
});

test('dependencies of one platform, and a cycle through dev-dependencies', async () => {
  const directory = fixture('dev-dependency-cycle');
  expect(await shorts(directory)).toEqual([
    'disallowed-api helper.from.test net',
    'disallowed-api unix-only.from.test fs',
  ]);
});
