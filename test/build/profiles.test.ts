import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, config, manifest, short, workspace } from '../support/cackle.ts';

const program = {
  'Cargo.toml': manifest(
    'profiles',
    `[dependencies]
helper = { path = "helper" }
macros = { path = "macros" }
[profile.release]
`,
  ),
  'build.rs': 'fn main() { println!("cargo:rustc-cfg=x{}", std::env::args().count()); }',
  'src/main.rs':
    '#![allow(unexpected_cfgs)]\nfn main() { helper::used(); macros::nothing!(); let _ = std::net::TcpStream::connect("127.0.0.1:9"); }',
  'helper/Cargo.toml': manifest('helper'),
  'helper/src/lib.rs':
    'pub fn used() { let _ = std::fs::read("x"); }\npub fn dead() { let _ = std::process::Command::new("x").status(); }',
  'macros/Cargo.toml': manifest('macros', '[lib]\nproc-macro = true\n'),
  'macros/src/lib.rs':
    'use proc_macro::TokenStream;\n#[proc_macro] pub fn nothing(_: TokenStream) -> TokenStream { let _ = std::fs::read("x"); TokenStream::new() }',
  'cackle.toml': config(
    '[pkg.macros]\nallow_proc_macro = true\nallow_apis = ["fs"]\n[pkg.profiles.build]\nallow_apis = ["env"]\n',
  ),
};
const expected = ['disallowed-api helper fs', 'disallowed-api profiles net'];
const withProfile = (name: string, settings: string): string =>
  workspace(`profiles-${name}`, {
    ...program,
    'Cargo.toml': `${program['Cargo.toml']}${settings}`,
  });

test('spec 6: without a profile of the workspace, the profile is ours', async () => {
  const report = await check(withProfile('ours', ''));
  expect(report.problems.map(short).sort()).toEqual(expected);
  expect(report.grants.length).toBe(4);
});

describe('a release profile is judged as the profile dev is', () => {
  const all = 'codegen-units = 1\nstrip = true\npanic = "abort"\ndebug = 0\n';
  test.each([
    ['fat', `${all}opt-level = 3\nlto = "fat"\n`],
    ['thin', `${all}opt-level = 1\nlto = "thin"\n`],
    ['off', `lto = "off"\nincremental = true\nsplit-debuginfo = "packed"\ndebug = 2\n`],
    ['local', 'strip = "debuginfo"\n'],
  ])('lto %s', async (name, settings) => {
    const directory = withProfile(name, settings);
    // Whole-program optimisation of a test beside the program would only cost time.
    if (name !== 'off')
      writeFileSync(
        join(directory, 'cackle.toml'),
        program['cackle.toml'].replace('version = 3', 'version = 3\nbuild_flags = ["--bins"]'),
      );
    for (const _ of [1, 2]) {
      const report = await check(directory, ['--profile', 'release']);
      expect(report.problems.map(short).sort()).toEqual(expected);
      expect(report.grants.length).toBe(4);
    }
  });

  test('linker-plugin-lto leaves no machine code to judge', async () => {
    const ran = await cackle(['-n', '--path', withProfile('plugin', '')], {
      RUSTFLAGS: '-Clinker-plugin-lto',
    });
    expect(ran.stderr).toMatch(/linker-plugin-lto/);
    expect(ran.status).toBe(2);
  });
});

test("spec 6: the user's own profile is taken, from Cargo.toml and from cargo's configuration", async () => {
  const inManifest = await check(
    withProfile('theirs', '[profile.cackle]\ninherits = "release"\ndebug-assertions = true\n'),
  );
  expect(inManifest.problems.map(short).sort()).toEqual(expected);
  const partly = workspace('profiles-partly', {
    ...program,
    '.cargo/config.toml': '[profile.cackle]\ninherits = "dev"\nopt-level = 1\n[build]\njobs = 1\n',
  });
  expect((await check(partly)).problems.map(short).sort()).toEqual(expected);
});

test('a profile that nobody defines is an error of cargo', async () => {
  const ran = await cackle(['-n', '--path', withProfile('none', ''), '--profile', 'nowhere']);
  expect(ran.stderr).toContain('nowhere');
  expect(ran.status).toBe(2);
});

test('a part of the profile without `inherits` is completed by ours', async () => {
  const directory = workspace('profiles-incomplete', {
    ...program,
    '.cargo/config.toml': '[profile.cackle]\nopt-level = 1\n',
  });
  expect((await check(directory)).problems.map(short).sort()).toEqual(expected);
});

describe('spec 6: nothing is optimised, whatever `dev` says of single packages, unless the profile `cackle` says so', () => {
  /** The build script of `helper` fails where `helper` is not compiled with `level`; only cargo's own notion counts here. */
  const withHelper = (name: string, level: string, files: Record<string, string>) =>
    workspace(`profiles-level-${name}`, {
      ...program,
      'cackle.toml': `${program['cackle.toml']}[pkg.helper.build]\nallow_apis = ["env"]\n`,
      'helper/build.rs': `fn main() { if std::env::var("OPT_LEVEL").unwrap() != "${level}" { std::process::exit(1) } }`,
      ...files,
    });

  test.each([
    [
      'manifest',
      { 'Cargo.toml': `${program['Cargo.toml']}[profile.dev.package.helper]\nopt-level = 3\n` },
    ],
    ['all', { 'Cargo.toml': `${program['Cargo.toml']}[profile.dev.package."*"]\nopt-level = 2\n` }],
    [
      'version',
      {
        'Cargo.toml': `${program['Cargo.toml']}[profile.dev.package."helper@0.1.0"]\nopt-level = "s"\n`,
      },
    ],
    ['file', { '.cargo/config.toml': '[profile.dev.package.helper]\nopt-level = 3\n' }],
  ])('%s', async (name, files) => {
    const report = await check(withHelper(name, '0', files));
    expect(report.problems.map(short).sort()).toEqual(expected);
  });

  test.each([
    ['theirs', { '.cargo/config.toml': '[profile.cackle.package.helper]\nopt-level = 3\n' }],
    [
      'whole',
      {
        'Cargo.toml': `${program['Cargo.toml']}[profile.dev.package.helper]\nopt-level = 3\n[profile.cackle]\ninherits = "dev"\n`,
      },
    ],
  ])('but what is said of the profile itself holds: %s', async (name, files) => {
    const report = await check(withHelper(name, '3', files));
    expect(report.problems.map(short).sort()).toEqual(expected);
  });
});
