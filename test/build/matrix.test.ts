import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diff, gains, repository } from '../diff/support.ts';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';
import { sampled } from '../support/whole.ts';

// Rule 2.18: several builds in one check, by `[[common.build]]`.

const shorts = async (directory: string, args: readonly string[] = []): Promise<string[]> =>
  (await check(directory, args)).problems.map(short).sort();

const head = '[common]\nversion = 3\nimport_std = ["fs", "net", "process", "env"]\n';
const builds = {
  usual: '[[common.build]]\n',
  network: '[[common.build]]\nno_default_features = true\nfeatures = ["network"]\n',
  scripted: '[[common.build]]\nfeatures = ["scripted"]\n',
};
const tail = '[sandbox]\nkind = "Disabled"\n';
/** What no build of the fixture is refused. */
const allowed = `[pkg.matrix]
allow_unsafe = true
allow_apis = ["fs", "net", "env", "process"]
compile.env = ["__CARGO_DEFAULT_LIB_METADATA"]
build.allow_apis = ["fs", "env"]
[pkg.macros]
allow_proc_macro = true
allow_apis = ["process"]
[pkg.helper]
allow_apis = ["net"]
`;
const configured = (directory: string, ...parts: readonly string[]): void =>
  writeFileSync(join(directory, 'cackle.toml'), [head, ...parts, tail].join('\n'));
const matrix = [builds.usual, builds.network, builds.scripted];

/** What one test built there is fresh for the next, which writes another cackle.toml. */
const shared = fixture('build-matrix', { as: 'matrix-shared' });

test('rules 2.18, 4.24, 9.1: each build is judged, what they share is one; what one holds is held in it', async () => {
  const directory = fixture('build-matrix');
  // The marks of the fixture say the places.
  const report = await check(directory);
  expect(report.builds).toEqual([
    { targets: [], features: 'default' },
    { targets: [], features: 'network without default' },
    { targets: [], features: 'scripted' },
  ]);
  const usesOf = (api: string): number[] =>
    report.problems.flatMap((p) => ('usages' in p && p.api === api ? [p.usages.length] : []));
  expect(usesOf('env').length).toBe(1);
  // What the third build alone has, and the first and second do not wait for.
  expect(report.unchecked.map(({ held, packageLabel }) => `${held} ${packageLabel}`)).toEqual([
    'build script matrix',
    'proc macro macros',
  ]);
  expect(report.unchecked.flatMap(({ blocks }) => blocks)).toContain('matrix (bin matrix)');
  expect((await check(directory)).problems).toEqual(report.problems);
});

test('rules 2.18, 10.1: nothing changed: nothing is built, and every build is judged, shared libraries too', async () => {
  configured(shared, ...matrix, allowed.replace('"net", ', ''));
  const uses = async () => {
    const { problems, counts } = await check(shared);
    return { problems: problems.map(short), built: counts.unitsBuilt, runs: counts.cargoRuns };
  };
  const problems = ['disallowed-api matrix net'];
  expect((await uses()).problems).toEqual(problems);
  // The build that cargo made last has the files that cargo names in each.
  for (let times = 0; times < 2; times++)
    expect(await uses()).toEqual({ problems, built: 0, runs: 3 });
  // Another order, then fewer: what is left out is not judged.
  configured(shared, ...[...matrix].reverse(), allowed.replace('"net", ', ''));
  expect(await uses()).toEqual({ problems, built: 0, runs: 3 });
  configured(shared, builds.usual, allowed.replace('"net", ', ''));
  expect((await uses()).problems).not.toContain(problems[0]);
});

test('rules 2.18, 5.11: what another build needs has an effect, what none needs has none', async () => {
  configured(shared, ...matrix, allowed);
  expect(await shorts(shared)).toEqual([]);
  configured(
    shared,
    ...matrix,
    allowed.replace('build.allow_apis = ["fs", "env"]', 'build.allow_apis = ["fs", "env", "net"]'),
  );
  expect(await shorts(shared)).toEqual([]);
  configured(
    shared,
    ...matrix,
    allowed.replace('allow_apis = ["process"]', 'allow_apis = ["process", "env"]'),
  );
  expect(await shorts(shared)).toEqual(['unused-allow-api macros env']);
});

test('rule 2.18: options of the command line: features replace those of all builds', async () => {
  configured(shared, ...matrix, allowed);
  const made = async (args: readonly string[]) => (await check(shared, args)).builds;
  for (const [args, features] of sampled([
    [['--features', 'network'], 'network'],
    [['--all-features'], 'all'],
    [['--no-default-features'], 'none'],
  ] as const))
    expect(await made(args)).toEqual([{ targets: [], features }]);
  // `test` and `run` are for one build.
  const ran = await cackle(['--path', shared, 'run']);
  expect([ran.status, ran.stderr.includes('build 2 of')]).toEqual([0, false]);
});

test('rules 2.18, 11.2, 11.3: cackle.lock has what any of the builds does', async () => {
  configured(shared, ...matrix, allowed);
  await cackle(['lock', '--path', shared]);
  const lock = readFileSync(join(shared, 'cackle.lock'), 'utf8');
  for (const fact of ['"proc macro', '"api net', '"build: api fs']) expect(lock).toContain(fact);
  expect(await shorts(shared, ['--locked'])).toEqual([]);
  configured(shared, builds.usual, builds.scripted, allowed);
  expect(await shorts(shared, ['--locked'])).toContain('not-locked helper');
});

test('rules 2.18, 11.5: a diff has what any of the builds does, and knows when they are others', async () => {
  const directory = fixture('build-matrix', { as: 'matrix-diff' });
  configured(directory, ...matrix, allowed);
  writeFileSync(join(directory, 'unique.txt'), `${process.pid} ${Date.now()}`);
  await repository(directory);
  const library = join(directory, 'helper/src/lib.rs');
  const more =
    'pub fn help() {\n    #[cfg(feature = "network")]\n    let _ = std::fs::read("x");\n';
  writeFileSync(library, readFileSync(library, 'utf8').replace('pub fn help() {\n', more));
  const found = await diff(directory, ['HEAD']);
  expect([gains(found), found.base.from]).toEqual([{ helper: ['api fs'] }, 'check']);
  expect((await diff(directory, ['HEAD'])).base.from).toBe('kept');
  configured(directory, builds.usual, allowed);
  const fewer = await diff(directory, ['HEAD']);
  expect([gains(fewer), fewer.base.from]).toEqual([{}, 'check']);
  expect(fewer.loosened?.map(({ text }) => text)).toEqual([
    'builds are features default, not features default; features network without default; features scripted',
  ]);
});

test('rules 2.18, 5.25: fixes of several builds at once', async () => {
  configured(shared, ...matrix);
  const accepted = await cackle(['-n', '--auto-accept-fixes', '--path', shared]);
  expect(accepted.status).toBe(0);
  expect(await shorts(shared)).toEqual([]);
  const text = readFileSync(join(shared, 'cackle.toml'), 'utf8');
  for (const build of matrix) expect(text).toContain(build.trim());
});

test('rule 2.18: a library that is compiled twice to one file ends the check; where builds are listed, each has its own', async () => {
  const directory = fixture('library-for-both');
  const { status, stderr } = await cackle(['-n', '--path', directory]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/libshared\.(?:so|rlib) was compiled twice from .*shared\/src\/lib\.rs/);
  expect(stderr).toContain('write `[[common.build]]` into cackle.toml');
  writeFileSync(
    join(directory, 'cackle.toml'),
    '[common]\nversion = 3\nimport_std = ["fs"]\n[[common.build]]\n[sandbox]\nkind = "Disabled"\n',
  );
  for (let times = 0; times < 2; times++)
    expect(await shorts(directory)).toEqual(['disallowed-api shared.from.build fs']);
});

describe.skipIf(noTargets !== undefined)(`builds for several targets ${noTargets ?? ''}`, () => {
  const [linux, windows] = ['x86_64-unknown-linux-gnu', 'x86_64-pc-windows-gnu'] as const;
  const perTarget = (targets: readonly string[], more = ''): string =>
    `[[common.build]]\ntargets = ${JSON.stringify(targets)}\n${more}`;

  test('rules 2.18, 12.5: a use names the targets on which a build has it', async () => {
    configured(
      shared,
      // A build without targets is for this machine, and told from what runs on it.
      builds.usual,
      perTarget([windows], 'no_default_features = true\nfeatures = ["network"]\n'),
      allowed.replace('"fs", "net", "env", ', '').replace('allow_apis = ["net"]', ''),
    );
    const { problems, targets, builds: made } = await check(shared);
    expect(targets).toEqual([linux, windows]);
    expect(made.map((build) => build.targets)).toEqual([[linux], [windows]]);
    const on = problems.flatMap((p) =>
      'usages' in p
        ? [`${short(p)} on ${[...new Set(p.usages.flatMap((u) => u.targets ?? []))]}`]
        : [],
    );
    expect(on.sort()).toEqual([
      `disallowed-api helper net on ${windows}`,
      `disallowed-api matrix env on ${windows},${linux}`,
      `disallowed-api matrix fs on ${linux}`,
      `disallowed-api matrix net on ${windows}`,
    ]);
  });

  test('rules 2.18, 12.5: builds of the same features are one run of cargo; --target chooses among them', async () => {
    configured(
      shared,
      perTarget([linux]),
      perTarget([windows]),
      perTarget([linux], 'features = ["network"]\n'),
      allowed,
    );
    const made = async (...args: string[]) => (await check(shared, args)).builds;
    expect(await made()).toEqual([
      { targets: [linux, windows], features: 'default' },
      { targets: [linux], features: 'network' },
    ]);
    expect(await made('--target', windows)).toEqual([{ targets: [windows], features: 'default' }]);
    expect(await made('--target', 'host-tuple')).toEqual([
      { targets: [linux], features: 'default' },
      { targets: [linux], features: 'network' },
    ]);
    expect(await made('--features', '')).toEqual([
      { targets: [linux, windows], features: 'default' },
    ]);
  });
});
