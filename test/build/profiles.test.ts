import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { fixtureSource } from '../support/fixtures.ts';
import { sampled } from '../support/whole.ts';

/** A file of a fixture. */
const text = (name: string, file: string): string =>
  readFileSync(join(fixtureSource(name), file), 'utf8');
const expected = ['disallowed-api helper fs', 'disallowed-api profiles net'];
/** The manifest of the fixture `profiles`, and more of it; its last table is the release profile. */
const withSettings = (settings: string) => ({
  'Cargo.toml': `${text('profiles', 'Cargo.toml')}${settings}`,
});
const withProfile = (settings: string): string =>
  fixture('profiles', { files: withSettings(settings) });

test('rule 6.10: without a profile of the workspace, the profile is ours', async () => {
  const report = await check(fixture('profiles'));
  expect(report.problems.map(short).sort()).toEqual(expected);
  expect(report.grants.length).toBe(4);
});

describe('rule 6.10: a release profile is judged as the profile dev is', () => {
  const all = 'codegen-units = 1\nstrip = true\npanic = "abort"\ndebug = 0\n';
  test.each(
    sampled(
      [
        ['fat', `${all}opt-level = 3\nlto = "fat"\n`],
        ['thin', `${all}opt-level = 1\nlto = "thin"\n`],
        ['off', `lto = "off"\nincremental = true\nsplit-debuginfo = "packed"\ndebug = 2\n`],
        ['local', 'strip = "debuginfo"\n'],
      ],
      2,
    ),
  )('lto %s', async (name, settings) => {
    const directory = withProfile(settings);
    // Whole-program optimisation of a test beside the program would only cost time.
    if (name !== 'off')
      writeFileSync(
        join(directory, 'cackle.toml'),
        text('profiles', 'cackle.toml').replace(
          'version = 3',
          'version = 3\nbuild_flags = ["--bins"]',
        ),
      );
    for (const _ of [1, 2]) {
      const report = await check(directory, ['--profile', 'release']);
      expect(report.problems.map(short).sort()).toEqual(expected);
      expect(report.grants.length).toBe(4);
    }
  });

  test('linker-plugin-lto leaves no machine code to judge', async () => {
    const ran = await cackle(['-n', '--path', fixture('profiles')], {
      RUSTFLAGS: '-Clinker-plugin-lto',
    });
    expect(ran.stderr).toMatch(/linker-plugin-lto/);
    expect(ran.status).toBe(2);
  });
});

test("rule 6.10: the user's own profile is taken, from Cargo.toml and from cargo's configuration", async () => {
  const inManifest = await check(
    withProfile('[profile.cackle]\ninherits = "release"\ndebug-assertions = true\n'),
  );
  expect(inManifest.problems.map(short).sort()).toEqual(expected);
  const partly = fixture('profiles', {
    files: {
      '.cargo/config.toml':
        '[profile.cackle]\ninherits = "dev"\nopt-level = 1\n[build]\njobs = 1\n',
    },
  });
  expect((await check(partly)).problems.map(short).sort()).toEqual(expected);
});

test('a profile that nobody defines is an error of cargo', async () => {
  const ran = await cackle(['-n', '--path', fixture('profiles'), '--profile', 'nowhere']);
  expect(ran.stderr).toContain('nowhere');
  expect(ran.status).toBe(2);
});

test('a part of the profile without `inherits` is completed by ours', async () => {
  const directory = fixture('profiles', {
    files: { '.cargo/config.toml': '[profile.cackle]\nopt-level = 1\n' },
  });
  expect((await check(directory)).problems.map(short).sort()).toEqual(expected);
});

describe("rule 6.10: the profile `cackle` is the user's `dev`, whatever it says", () => {
  /** The build script of `helper` fails where cargo does not tell it `value`. */
  const withHelper = (variable: string, value: string, files: Record<string, string>) =>
    fixture('profiles', {
      files: {
        'cackle.toml': `${text('profiles', 'cackle.toml')}[pkg.helper.build]\nallow_apis = ["env"]\n`,
        'helper/build.rs': `fn main() { if std::env::var("${variable}").unwrap() != "${value}" { std::process::exit(1) } }`,
        ...files,
      },
    });
  const inFile = (settings: string) => ({ '.cargo/config.toml': settings });
  const dependency = 'profile.dev.package';

  test.each<[string, string, string, Record<string, string>]>(
    sampled([
      ['manifest', 'OPT_LEVEL', '1', withSettings(`[${dependency}.helper]\nopt-level = 1\n`)],
      ['file', 'OPT_LEVEL', 's', inFile(`[${dependency}.helper]\nopt-level = "s"\n`)],
      ['debug', 'DEBUG', 'false', withSettings('[profile.dev]\ndebug = 0\nstrip = true\n')],
      ['ours', 'OPT_LEVEL', '0', {}],
      ['theirs', 'OPT_LEVEL', '3', inFile('[profile.cackle.package.helper]\nopt-level = 3\n')],
      [
        'whole',
        'OPT_LEVEL',
        '3',
        withSettings(`[${dependency}.helper]\nopt-level = 3\n[profile.cackle]\ninherits = "dev"\n`),
      ],
    ]),
  )('%s', async (_, variable, value, files) => {
    const report = await check(withHelper(variable, value, files));
    expect(report.problems.map(short).sort()).toEqual(expected);
  });

  /** What rustc is told, which a build script does not hear of. */
  const dev = (settings: string) => ({
    'Cargo.toml': `${text('settings-of-profile', 'Cargo.toml')}[profile.dev]\n${settings}\n`,
  });

  test.each<[string, Record<string, string>, NodeJS.ProcessEnv, string[]]>(
    sampled([
      ['panic-manifest', dev('panic = "abort"'), {}, ['env', 'net']],
      ['panic-file', inFile('profile.dev.panic = "abort"\n'), {}, ['env', 'net']],
      ['panic-variable', {}, { CARGO_PROFILE_DEV_PANIC: 'abort' }, ['env', 'net']],
      ['assertions', dev('debug-assertions = false'), {}, ['fs', 'process']],
      ['nothing', {}, {}, ['env', 'fs']],
      [
        'not-ours',
        dev('panic = "abort"\n[profile.cackle]\ninherits = "dev"\npanic = "unwind"'),
        {},
        ['env', 'fs'],
      ],
    ]),
  )('%s', async (_, files, env, apis) => {
    const directory = fixture('settings-of-profile', { files });
    const report = await check(directory, [], env);
    expect(report.problems.map(short).sort()).toEqual(
      apis.map((api) => `disallowed-api choosing ${api}`),
    );
  });

  test('a program without std builds where panic = "abort" is what it needs, and is judged', async () => {
    expect((await check(fixture('profiles-no-std'))).problems.map(short)).toEqual([
      'disallowed-api bare door',
    ]);
  });
});
