import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';

const shorts = async (directory: string, args: readonly string[] = []): Promise<string[]> =>
  (await check(directory, args)).problems.map(short).sort();

test('rules 5.20, 6.13: a virtual workspace: all members, --package, default-members; only a whole check tells of unused permissions', async () => {
  const directory = fixture('virtual-workspace');
  const both = ['disallowed-api a fs', 'disallowed-api b net'];
  const unused = ['unused-allow-api a env', 'unused-allow-api b process'];
  expect(await shorts(directory)).toEqual([...both, ...unused]);
  expect(await shorts(directory, ['--package', 'b'])).toEqual(['disallowed-api b net']);
  // A member's directory means its workspace.
  expect(await shorts(join(directory, 'a'))).toEqual([...both, ...unused]);
  appendFileSync(join(directory, 'Cargo.toml'), 'default-members = ["a"]\n');
  expect(await shorts(directory)).toEqual(['disallowed-api a fs']);
});

test('dependencies by git, [patch], a path outside, another name, and one name from two directories', async () => {
  const directory = fixture('dependencies-by-git/workspace');
  const repository = join(directory, '../repository');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: repository,
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'x');
  const manifest = join(directory, 'Cargo.toml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('/REPOSITORY', repository));
  const report = await check(directory);
  expect(
    report.problems
      .map((p) => ('packageLabel' in p && 'api' in p ? `${p.packageLabel} ${p.api}` : p.kind))
      .sort(),
  ).toEqual([
    'from-git fs',
    'patched fs',
    'renamed net',
    'two@../outside/two-old net',
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

test.each([
  ['allowed', true],
  ['held', false],
])(
  'rules 6.11, 10.1: clones that share a target directory, with build script and proc macro %s: each is judged as alone',
  async (how, allows) => {
    const config = allows
      ? '[pkg.made.build]\nallow_apis = ["fs", "env"]\n[pkg.macros]\nallow_proc_macro = true\n[pkg.made]\nallow_apis = ["net"]\n'
      : '';
    const [one, other] = ['one', 'other'].map((name) =>
      fixture('build-script-and-proc-macro', { as: `shared-target-${how}/${name}`, config }),
    ) as [string, string];
    const env = { CARGO_TARGET_DIR: join(one, '../target') };
    rmSync(env.CARGO_TARGET_DIR, { recursive: true, force: true });
    const short = async (directory: string): Promise<string[]> =>
      (await check(directory, ['--quiet'], env)).problems
        .map((problem) => `${problem.kind} ${'packageName' in problem ? problem.packageName : ''}`)
        .sort();
    const alone = await short(one);
    expect(alone.length).toBe(allows ? 0 : 3);
    for (const directory of [other, one, other]) expect(await short(directory)).toEqual(alone);
  },
);
