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

test('rule 6.10: without a profile of the workspace, the profile is ours', async () => {
  const report = await check(withProfile('ours', ''));
  expect(report.problems.map(short).sort()).toEqual(expected);
  expect(report.grants.length).toBe(4);
});

describe('rule 6.10: a release profile is judged as the profile dev is', () => {
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

test("rule 6.10: the user's own profile is taken, from Cargo.toml and from cargo's configuration", async () => {
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

describe("rule 6.10: the profile `cackle` is the user's `dev`, whatever it says", () => {
  /** The build script of `helper` fails where cargo does not tell it `value`. */
  const withHelper = (
    name: string,
    variable: string,
    value: string,
    files: Record<string, string>,
  ) =>
    workspace(`profiles-dev-${name}`, {
      ...program,
      'cackle.toml': `${program['cackle.toml']}[pkg.helper.build]\nallow_apis = ["env"]\n`,
      'helper/build.rs': `fn main() { if std::env::var("${variable}").unwrap() != "${value}" { std::process::exit(1) } }`,
      ...files,
    });
  const inManifest = (settings: string) => ({
    'Cargo.toml': `${program['Cargo.toml']}${settings}`,
  });
  const inFile = (settings: string) => ({ '.cargo/config.toml': settings });
  const dependency = 'profile.dev.package';

  test.each<[string, string, string, Record<string, string>]>([
    ['manifest', 'OPT_LEVEL', '1', inManifest(`[${dependency}.helper]\nopt-level = 1\n`)],
    ['file', 'OPT_LEVEL', 's', inFile(`[${dependency}.helper]\nopt-level = "s"\n`)],
    ['debug', 'DEBUG', 'false', inManifest('[profile.dev]\ndebug = 0\nstrip = true\n')],
    ['ours', 'OPT_LEVEL', '0', {}],
    ['theirs', 'OPT_LEVEL', '3', inFile('[profile.cackle.package.helper]\nopt-level = 3\n')],
    [
      'whole',
      'OPT_LEVEL',
      '3',
      inManifest(`[${dependency}.helper]\nopt-level = 3\n[profile.cackle]\ninherits = "dev"\n`),
    ],
  ])('%s', async (name, variable, value, files) => {
    const report = await check(withHelper(name, variable, value, files));
    expect(report.problems.map(short).sort()).toEqual(expected);
  });

  /** What rustc is told, which a build script does not hear of. */
  const choosing = {
    'Cargo.toml': manifest('choosing'),
    'src/main.rs': `#[cfg(panic = "abort")] fn on_panic() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }
      #[cfg(panic = "unwind")] fn on_panic() { let _ = std::fs::read("x"); }
      #[cfg(debug_assertions)] fn on_debug() { let _ = std::env::var("x"); }
      #[cfg(not(debug_assertions))] fn on_debug() { let _ = std::process::Command::new("x").status(); }
      #[used] static ALL: [fn(); 2] = [on_panic, on_debug];
      fn main() {}`,
    'cackle.toml': config('').replace('version = 3', 'version = 3\nbuild_flags = ["--bins"]'),
  };
  const dev = (settings: string) => ({
    'Cargo.toml': `${choosing['Cargo.toml']}[profile.dev]\n${settings}\n`,
  });

  test.each<[string, Record<string, string>, NodeJS.ProcessEnv, string[]]>([
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
  ])('%s', async (name, files, env, apis) => {
    const directory = workspace(`profiles-dev-${name}`, { ...choosing, ...files });
    const report = await check(directory, [], env);
    expect(report.problems.map(short).sort()).toEqual(
      apis.map((api) => `disallowed-api choosing ${api}`),
    );
  });

  test('a program without std builds where panic = "abort" is what it needs, and is judged', async () => {
    const directory = workspace('profiles-no-std', {
      'Cargo.toml': `${manifest('bare', '[dependencies]\nhelper = { path = "helper" }\n')}[profile.dev]\npanic = "abort"\n`,
      '.cargo/config.toml': '[build]\nrustflags = ["-C", "link-arg=-nostartfiles"]\n',
      'src/main.rs':
        '#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n#[no_mangle] pub extern "C" fn _start() -> ! { helper::door::f(); loop {} }',
      'helper/Cargo.toml': manifest('helper'),
      'helper/src/lib.rs':
        '#![no_std]\npub mod door { #[inline(never)] pub fn f() { if super::never() { panic!() } } }\n#[inline(never)] fn never() -> bool { false }',
      'cackle.toml': config(
        '[api.door]\ninclude = ["helper::door"]\n[pkg.bare]\nallow_unsafe = true\nallow_extern = true\n',
      ).replace('version = 3', 'version = 3\nbuild_flags = ["--bins"]'),
    });
    expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api bare door']);
  });
});
