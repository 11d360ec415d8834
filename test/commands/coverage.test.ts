import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { coverageText } from '../../cli/output/coverage-text.ts';
import { paintFor } from '../../cli/output/paint.ts';
import { OtherTargets } from '../../engine/conditions/other-cfg.ts';
import { shownBy } from '../../engine/coverage/shown-by.ts';
import type { Coverage } from '../../engine/coverage/types.ts';
import { addedForOthers } from '../../engine/diff/other-targets.ts';
import { cackle, check, fixture } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';

// Rule 6.26: what no build of a check compiles.

async function covered(
  directory: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Coverage> {
  const all = ['coverage', '--path', directory, '--output-format', 'json', '--quiet', ...args];
  const { status, stdout, stderr } = await cackle(all, env);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** Packages that were not compiled, each with the first target and the features that would show it. */
const packages = ({ uncompiled }: Coverage): string[] =>
  uncompiled.map(({ name, shownBy: shown }) =>
    [
      name,
      ...(shown === undefined ? ['?'] : [...shown.targets.slice(0, 1), ...shown.features]),
    ].join(' '),
  );

/** Code of a package, a line each: place, conditions, what would show it. */
const code = ({ partlySeen }: Coverage, of: string): string[] =>
  (partlySeen.find(({ name }) => name === of)?.unseen ?? []).map(
    ({ file, lines, cfg, shownBy: shown }) =>
      [
        lines === undefined ? file : `${file}:${lines.join('-')}`,
        cfg.join(' or ') || 'nobody',
        ...(shown === undefined
          ? ['?']
          : [shown.targets[0] ?? [], shown.features, shown.unreachable, shown.without].flat()),
      ].join(' | '),
  );

const windows = 'x86_64-pc-windows-gnu';
const nested = 'src/lib.rs:9-10 | cfg(feature = "other") | covered/other';
const always = [
  'src/lib.rs:19-20 | cfg(made_by_a_script) | ?',
  'src/lib.rs:24-26 | cfg(target_arch = "wasm32") | wasm32-unknown-unknown',
];
const onMacos = (features: string): string =>
  `src/lib.rs:16-17 | cfg(all(target_os = "macos", feature = "other")) | aarch64-apple-darwin${features}`;
const onWindows = [
  `src/lib.rs:1-2 | cfg(windows) | ${windows}`,
  `src/windows.rs | cfg(windows) | ${windows}`,
  `src/windows/deep.rs | cfg(windows) | ${windows}`,
];
const unused = 'src/unused.rs | nobody | ?';

/** What one test built there is fresh for the next. */
const shared = fixture('coverage/workspace');

test('rule 6.26: packages, files and items that no build compiles, and what would show them', async () => {
  const directory = shared;
  const found = await covered(directory);
  expect(found.counts).toEqual({ packages: 7, compiled: 3 });
  expect(found.unknown).toEqual([
    'seen calls its macro with!, whose conditions depend on the call',
    'seen calls its macro given!, whose conditions depend on the call',
  ]);
  expect(packages(found)).toEqual([
    'deep x86_64-pc-windows-msvc',
    'extra covered/extra',
    // For a build script, the machine decides.
    'on-other-machines ?',
    `on-windows ${windows}`,
  ]);
  expect(found.uncompiled[0]?.neededBy).toEqual([
    { package: 'on-windows 1.0.0', target: 'cfg(target_env = "msvc")' },
  ]);
  expect(code(found, 'covered')).toEqual(
    [
      ...onWindows,
      'src/lib.rs:7-11 | cfg(feature = "extra") | covered/extra',
      onMacos(' | covered/other'),
      ...always,
      unused,
    ].sort(byPlace),
  );
  // Tests of a dependency, its program and what only documentation has are of no build.
  expect(code(found, 'seen')).toEqual(
    // What a macro of the package leaves out is told at its call, with the file of a module.
    [
      ...['src/behind.rs', 'src/lib.rs:5-6', 'src/lib.rs:18-21'].map(
        (place) => `${place} | cfg(feature = "more") | covered/wide`,
      ),
      // A feature that no feature of the workspace turns on, by the name that the dependency has in it.
      'src/lib.rs:31-32 | cfg(feature = "own") | watched/own',
    ],
  );
  // No option turns on features of what only dependencies need.
  expect(code(found, 'under')).toEqual([
    'src/lib.rs:1-2 | cfg(feature = "deep") | under@1.0.0/deep',
  ]);
  const shown = await cackle(['coverage', '--path', directory]);
  expect(shown.status).toBe(0);
  expect(shown.stdout).toContain(
    'cfg(feature = "deep"): the feature deep of the indirect dependency under 1.0.0 (no option turns it on)',
  );
  expect(shown.stdout).toContain('3 of 7 packages of Cargo.lock are compiled, by 1 build:');
  expect(shown.stdout).toMatch(
    /extra 1\.0\.0: --features covered\/extra; needed by covered 1\.0\.0/,
  );
  expect(shown.stdout).toMatch(
    /src\/lib\.rs:1-2, src\/windows\.rs, src\/windows\/deep\.rs cfg\(windows\): --target/,
  );
});

/** By file and line, as they are told. */
function byPlace(a: string, b: string): number {
  const at = (line: string): [string, number] => {
    const [, file = '', first = '0'] = /^([^:| ]+)(?::(\d+))?/.exec(line) ?? [];
    return [file, Number(first)];
  };
  const [[fileA, lineA], [fileB, lineB]] = [at(a), at(b)];
  return fileA === fileB ? lineA - lineB : fileA < fileB ? -1 : 1;
}

test('rules 2.18, 6.26: two conditions that hold in different builds are seen by neither', async () => {
  const directory = fixture('coverage/workspace', { as: 'coverage of builds' });
  const configured = (...builds: string[]): void =>
    writeFileSync(
      join(directory, 'cackle.toml'),
      `[common]\nversion = 3\n${builds.map((features) => `[[common.build]]\nfeatures = [${features}]\n`).join('')}[sandbox]\nkind = "Disabled"\n`,
    );
  configured('"extra"', '"other"');
  const apart = await covered(directory);
  expect(packages(apart)).not.toContain('extra covered/extra');
  expect(code(apart, 'covered')).toEqual(
    // One of the builds lacks the first condition, the other the second.
    [
      ...onWindows,
      nested.replace('cfg(feature = "other")', 'cfg(feature = "other") or cfg(feature = "extra")'),
      onMacos(' | covered/other'),
      ...always,
      unused,
    ].sort(byPlace),
  );
  configured('"extra"', '"other"', '"extra", "other", "wide", "watched/own"');
  const together = await covered(directory);
  expect(code(together, 'covered').some((line) => line.startsWith('src/lib.rs:9'))).toBe(false);
  expect(code(together, 'seen')).toEqual([]);
});

test('rule 6.26: what it names shows it: all features', async () => {
  const directory = shared;
  const found = await covered(directory, ['--all-features']);
  expect(packages(found).join()).not.toContain('covered/');
  expect(code(found, 'covered')).toEqual(
    [
      ...onWindows,
      'src/lib.rs:13-14 | cfg(not(feature = "extra")) | covered/extra',
      onMacos(''),
      ...always,
      unused,
    ].sort(byPlace),
  );
});

test.skipIf(noTargets !== undefined)(
  `rules 6.26, 12.5: what it names shows it: a target ${noTargets ?? ''}`,
  async () => {
    const directory = shared;
    const targets = ['x86_64-unknown-linux-gnu', windows, 'x86_64-pc-windows-msvc'];
    const found = await covered(
      directory,
      targets.flatMap((target) => ['--target', target]),
    );
    expect(packages(found)).toEqual(['extra covered/extra', 'on-other-machines ?']);
    expect(code(found, 'covered').filter((line) => line.includes('cfg(windows)'))).toEqual([]);
  },
);

test('rule 6.26: nothing is left out', async () => {
  const directory = fixture('empty-program');
  const { stdout, status } = await cackle(['coverage', '--path', directory]);
  expect([status, stdout.split('\n').at(-2)]).toEqual([0, 'nothing is left out']);
  const quiet = await cackle(['coverage', '--quiet', '--path', directory]);
  expect([quiet.status, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
});

test('rule 6.26: a check says in a line how many packages it did not compile', async () => {
  const directory = shared;
  const { stdout } = await cackle(['-n', '--path', directory]);
  expect(stdout).toContain('4 packages of Cargo.lock are compiled by no build of this check');
  expect((await check(directory)).notCompiled).toEqual([
    'deep 1.0.0',
    'extra 1.0.0',
    'on-other-machines 1.0.0',
    'on-windows 1.0.0',
  ]);
  // Of a part of the workspace it says nothing, nor where something is held: that may be why.
  expect((await check(directory, ['--package', 'covered'])).notCompiled).toEqual([]);
  writeFileSync(join(directory, 'build.rs'), 'fn main() { let _ = std::fs::read("x"); }\n');
  const held = await cackle(['-n', '--path', directory]);
  expect(held.stdout).not.toContain('compiled by no build');
  const { unknown } = await covered(directory);
  expect(unknown).toContain('the build script of covered is held: what needs it was not compiled');
});

test('rule 6.26: what waits for a held macro needs no other build', async () => {
  const directory = fixture('held-proc-macro', { as: 'coverage-held' });
  const { uncompiled } = await covered(directory);
  expect(uncompiled.map(({ name, waits }) => [name, waits])).toEqual([['loads', true]]);
  const { stdout } = await cackle(['coverage', '--path', directory]);
  expect(stdout).toMatch(/loads \S+: these builds, once what it needs may run$/m);
});

test('rule 6.26: without an answer of cargo, the packages are named and the reason is told', async () => {
  const directory = shared;
  const cargo = join(directory, '../no-answer');
  const script =
    'case "$*" in *--offline*) echo "error: not downloaded" >&2; exit 101;; esac\nexec cargo "$@"\n';
  writeFileSync(cargo, `#!/bin/sh\n${script}`);
  chmodSync(cargo, 0o755);
  const found = await covered(directory, [], { CARGO: cargo });
  expect(packages(found)).toEqual(['deep ?', 'extra ?', 'on-other-machines ?', 'on-windows ?']);
  expect(found.withoutTree).toBe('error: not downloaded');
  // What turns on a feature of a dependency is not known, a target is.
  expect(code(found, 'under')).toEqual(['src/lib.rs:1-2 | cfg(feature = "deep") | ?']);
  expect(code(found, 'covered')).toContain(onWindows[0]);
  const shown = await cackle(['coverage', '--path', directory], { CARGO: cargo });
  expect(shown.stdout).toContain('error: not downloaded\n  fix: `cargo fetch` downloads');
  expect(shown.stdout).toContain('on-windows 1.0.0: not known before `cargo fetch`');
  expect(shown.stdout).toContain('cfg(feature = "deep"): not known before `cargo fetch`');
});

describe('rule 6.26: a dependency with hundreds of conditions is summed up', () => {
  const unseen = ['a', 'b', 'b', 'c', 'd', 'd', 'd', 'd', 'e'.repeat(200)].map((name, i) => ({
    ...{ file: 'src/lib.rs', lines: [i, i] as const, cfg: [`cfg(${name})`] },
    shownBy: undefined,
  }));
  const text = (isMember: boolean, all: boolean): string =>
    coverageText(
      {
        ...{ workspaceRoot: '/', builds: [], counts: { packages: 1, compiled: 1 } },
        ...{ uncompiled: [], unknown: [] },
        partlySeen: [{ name: 'libc', version: '1.0.0', isMember, unseen }],
      },
      paintFor(false),
      all,
    );
  const how = 'lists every condition and place';

  test('by its conditions with most places, and how to see all', () => {
    const shown = text(false, false);
    expect(shown).toContain('libc 1.0.0: 9 places behind 5 conditions, the 3 with most:\n');
    expect(shown).toContain('src/lib.rs:4, src/lib.rs:5, src/lib.rs:6 and 1 more place cfg(d): ');
    expect([shown.includes('cfg(c)'), shown.includes(how)]).toEqual([false, true]);
  });

  test('a member is not, and nothing is with --debug', () => {
    const member = text(true, false);
    expect([member.includes('cfg(c)'), member.includes('e…'), member.includes(how)]).toEqual([
      ...[true, true, true],
    ]);
    const all = text(false, true);
    expect(all).toContain('src/lib.rs:6, src/lib.rs:7 cfg(d)');
    expect([all.includes('e'.repeat(200)), all.includes(how)]).toEqual([true, false]);
  });
});

describe('rule 6.26: which build compiles what stands behind a condition', () => {
  const linux = ['unix', 'target_os="linux"', 'target_family="unix"', 'debug_assertions'];
  const candidates = [
    { triple: 'linux', settings: new Set(linux.slice(0, 3)) },
    { triple: 'windows', settings: new Set(['windows', 'target_os="windows"']) },
  ];
  const build = new Set([...linux, 'feature="std"']);
  test.each([
    ['windows', 'windows'],
    ['not(unix)', 'windows'],
    ['feature = "a"', '+a'],
    ['not(feature = "std")', '-std'],
    ['all(feature = "a", not(feature = "b"), not(feature = "std"))', '+a -b -std'],
    ['all(windows, feature = "a")', 'windows +a'],
    ['not(debug_assertions)', 'profile'],
    ['all(feature = "a", not(debug_assertions))', '+a profile'],
    ['test', 'no-one'],
    ['all(test, windows)', 'no-one'],
    ['any(docsrs, miri)', 'no-one'],
    ['any(docsrs, windows)', 'windows'],
    ['any()', 'no-one'],
    ['made', '?'],
    ['any(test, made)', '?'],
    ['target_os = "nowhere"', '?'],
    ['( what', '?'],
  ])('%s: %s', (expression, expected) => {
    const found = shownBy(expression, [build], { candidates, hasTests: false });
    const text =
      found === undefined || found === 'no-one'
        ? (found ?? '?')
        : [
            ...found.targets,
            ...found.features.map((name) => `+${name}`),
            ...found.without.map((name) => `-${name}`),
            ...(found.otherProfile ? ['profile'] : []),
          ].join(' ');
    expect(text).toBe(expected);
  });

  test('tests of a member are built by other flags', () => {
    const found = shownBy('test', [build], { candidates, hasTests: true });
    expect(found).toMatchObject({ tests: true, targets: [] });
  });
});

test('rules 6.26, 11.8: a condition counts however it is written', async () => {
  const directory = fixture('conditions-in-disguise');
  const found = await covered(directory);
  const places = code(found, 'conditions-in-disguise').map((line) => line.split(' | ')[0]);
  expect(places).toEqual([
    ...['6-6', '7-7', '9-9', '12-13', '15-16', '18-18', '21-22', '24-25'].map(
      (at) => `src/lib.rs:${at}`,
    ),
    ...['28-30', '31-33', '34-34', '34-34'].map((at) => `src/lib.rs:${at}`),
    'src/renamed.rs:7-9',
  ]);
  expect(found.unknown).toEqual([]);
  const others = new OtherTargets(
    'x86_64-unknown-linux-gnu',
    new Set(['unix', 'target_os="linux"']),
  );
  const texts = new Map(
    ['src/lib.rs', 'src/renamed.rs'].map((path) => [
      path,
      readFileSync(join(directory, path), 'utf8'),
    ]),
  );
  const added = addedForOthers(new Map(), texts, new Set(['src/lib.rs']), others);
  expect(added.map(({ file, line }) => `${file}:${line}`)).toEqual(
    [6, 7, 9, 12, 15, 18, 21, 24, 28, 31, 34, 34]
      .map((line) => `src/lib.rs:${line}`)
      .concat('src/renamed.rs:7'),
  );
});

test('rule 6.26: a source counts whatever it is called and wherever it lies; what is read as data does not', async () => {
  const found = await covered(fixture('sources-in-disguise'));
  expect(code(found, 'sources-in-disguise').map((line) => line.split(' | ')[0])).toEqual([
    ...[
      'shared/other.rust:1-2',
      'src/.hidden/named.rs:1-2',
      'src/both.inc:1-2',
      'src/included.inc:1-2',
    ],
    'src/included.txt:2-3',
  ]);
});
