import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';

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

describe('rule 2.8: all features, and none by default', () => {
  const directory = fixture('feature-choices/workspace');
  const configured = (more: string): void =>
    writeFileSync(
      join(directory, 'cackle.toml'),
      `[common]\nversion = 3\nimport_std = ["fs", "net", "process"]\n${more}\n[sandbox]\nkind = "Disabled"\n`,
    );
  const [file, net, process] = ['extra fs', 'choices net', 'choices process'].map(
    (what) => `disallowed-api ${what}`,
  ) as [string, string, string];
  const all = [net, process, file];

  test.each([
    [[], [process]],
    [['--all-features'], all],
    [['--no-default-features'], []],
    [['--no-default-features', '--features', 'network'], [net]],
    // As cargo has it: all features are all of them.
    [['--no-default-features', '--all-features', '--features', 'network'], all],
  ])('options %j', async (args, problems) => {
    configured('');
    expect(await shorts(directory, args)).toEqual(problems);
  });

  test.each([
    ['all_features = true', [], all],
    ['no_default_features = true\nfeatures = ["network"]', [], [net]],
    // Options replace what the file says of features, all of it.
    ['all_features = true', ['--features', 'network'], [net, process]],
    ['features = ["network"]', ['--no-default-features'], []],
    ['no_default_features = true', ['--features', ''], [process]],
    ['build_flags = ["--bins", "--all-features"]', [], all],
    ['build_flags = ["--bins", "--all-features"]', ['--no-default-features'], []],
    ['build_flags = ["--bins", "-F", "network"]', ['--no-default-features'], []],
  ])('in the file: %j, with options %j', async (more, args, problems) => {
    configured(more);
    expect(await shorts(directory, args)).toEqual(problems);
  });

  test('test and run: an option in front holds, unless one behind chooses', async () => {
    configured('no_default_features = true');
    const said = async (...args: string[]): Promise<string> =>
      (await cackle(['--path', directory, ...args])).stdout;
    expect(await said('run')).not.toContain('choices');
    expect(await said('--all-features', 'run')).toContain('extra');
    const behind = await said('--all-features', 'run', '--features', 'network');
    expect(behind).toContain('net');
    expect(behind).not.toContain('extra');
  });

  test('summary knows the packages of the features that are built', async () => {
    configured('all_features = true');
    const named = async (...args: string[]): Promise<boolean> => {
      const summary = ['summary', '--path', directory, '--output-format', 'json'];
      return (await cackle([...summary, ...args])).stdout.includes('"extra"');
    };
    expect([await named(), await named('--no-default-features')]).toEqual([true, false]);
  });
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
