import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, config, manifest, workspace } from '../support/cackle.ts';

const connects = 'let _ = std::net::TcpStream::connect("127.0.0.1:1");';
const reads = 'let _ = std::fs::read("x");';
const library = (name: string, source: string, rest = ''): Record<string, string> => ({
  [`deps/${name}/Cargo.toml`]: manifest(name, rest),
  [`deps/${name}/src/lib.rs`]: source,
});

/** Each package needs what cackle.toml allows it in another build alone: with a feature, for Windows, of the tests. */
const needed = `[pkg.chain-leaf]
allow_apis = ["net"]

[pkg.re-exports]
allow_apis = ["net"]

[pkg.renamed-leaf]
allow_apis = ["fs"]

[pkg.calls-macro]
allow_unsafe = true

[pkg.only-optional]
allow_proc_macro = true
allow_apis = ["fs"]

[pkg.only-windows]
allow_unsafe = true
allow_extern = true

[pkg.only-tests]
allow_apis = ["fs"]

[pkg.dev-macro]
allow_proc_macro = true
allow_apis = ["fs"]

[pkg."twin@deps/twin-of-windows"]
allow_apis = ["net"]

[pkg.says-more]
build.allow_apis = ["env"]
build.allow_build_instructions = ["cargo:rustc-link-lib=*"]
build.sandbox.allow_network = true
`;

const files = {
  'Cargo.toml': manifest(
    'elsewhere',
    `[features]
x = ["dep:only-optional"]
[dependencies]
chain-mid = { path = "deps/chain-mid" }
re-exports = { path = "deps/re-exports" }
called-otherwise = { package = "renamed-leaf", path = "deps/renamed-leaf" }
calls-macro = { path = "deps/calls-macro" }
only-optional = { path = "deps/only-optional", optional = true }
only-tests = { path = "deps/only-tests" }
twin = { path = "deps/twin" }
says-more = { path = "deps/says-more" }
plain = { path = "deps/plain" }
[target.'cfg(windows)'.dependencies]
only-windows = { path = "deps/only-windows" }
twin-too = { package = "twin", path = "deps/twin-of-windows" }
[dev-dependencies]
dev-macro = { path = "deps/dev-macro" }
[workspace]
exclude = ["deps"]
`,
  ),
  'src/main.rs': `#[cfg(windows)] mod extra;
    fn main() {
      #[cfg(feature = "x")] { chain_mid::go(); re_exports::go(); only_optional::go!(); }
      plain::f(); twin::f(); calls_macro::f();
    }`,
  'src/extra.rs': 'pub fn f() { called_otherwise::go() }',
  'tests/x.rs': 'dev_macro::go!();\n#[test] fn x() { only_tests::go() }',
  ...library('chain-leaf', `pub fn go() { ${connects} }`),
  ...library(
    'chain-mid',
    'pub fn go() { chain_leaf::go() }',
    '[dependencies]\nchain-leaf = { path = "../chain-leaf" }\n',
  ),
  ...library(
    're-exports',
    'mod inner;\n#[cfg(feature = "never")] pub use inner::go;\npub fn go() {}',
    '[features]\nnever = []\n',
  ),
  'deps/re-exports/src/inner.rs': `pub fn go() { ${connects} }`,
  ...library('renamed-leaf', `pub fn go() { ${reads} }`),
  ...library(
    'calls-macro',
    '#[cfg(windows)] mod windows;\npub fn f() {}',
    '[target."cfg(windows)".dependencies]\nlends = { path = "../lends" }\n',
  ),
  'deps/calls-macro/src/windows.rs': 'pub fn f(p: *const u8) -> u8 { lends::raw!(*p) }',
  ...library('lends', '#[macro_export] macro_rules! raw { ($e:expr) => { unsafe { $e } } }'),
  ...library(
    'only-optional',
    `use proc_macro::TokenStream; #[proc_macro] pub fn go(_: TokenStream) -> TokenStream { ${reads} TokenStream::new() }`,
    '[lib]\nproc-macro = true\n',
  ),
  ...library('only-windows', 'pub fn f() {}'),
  ...library('only-tests', `pub fn go() { ${reads} }`),
  ...library(
    'dev-macro',
    `use proc_macro::TokenStream; #[proc_macro] pub fn go(_: TokenStream) -> TokenStream { ${reads} TokenStream::new() }`,
    '[lib]\nproc-macro = true\n',
  ),
  ...library('twin', 'pub fn f() {}'),
  'deps/twin-of-windows/Cargo.toml': manifest('twin').replace('1.0.0', '2.0.0'),
  'deps/twin-of-windows/src/lib.rs': `pub fn go() { ${connects} }`,
  ...library('says-more', 'pub fn f() {}'),
  'deps/says-more/build.rs':
    'fn main() { if std::env::var_os("CARGO_CFG_WINDOWS").is_some() { println!("cargo::rustc-link-lib=ws2_32"); } }',
  ...library('plain', 'pub fn f() {}'),
};
const control =
  '\n[pkg.plain]\nallow_apis = ["net"]\nallow_unsafe = true\n\n[pkg.gone]\nallow_apis = ["net"]\n';
const text = (rest: string): string =>
  config(needed + rest).replace('version = 3', 'version = 3\nbuild_flags = ["--bins"]');

describe('rule 5.11: what another target or feature of the lock file, or the tests, need', () => {
  test.each<[string, string[]]>([
    ['as it is', []],
    ['with a feature', ['--features', 'x']],
    ['for a target', ['--target', 'x86_64-unknown-linux-gnu']],
  ])('is not called unused, and what nobody needs is: %s', async (name, args) => {
    const directory = workspace(`elsewhere/${name.replaceAll(' ', '-')}`, {
      ...files,
      'cackle.toml': text(control),
    });
    const { problems } = await check(directory, args);
    const told = problems.flatMap((p) =>
      ['unused-allow-api', 'unused-setting', 'unknown-package'].includes(p.kind)
        ? [`${p.kind} ${'packageName' in p ? p.packageName : ''}`]
        : [],
    );
    expect(told.sort()).toEqual([
      'unknown-package gone',
      'unused-allow-api plain',
      'unused-setting plain',
    ]);
  });

  test('stays when fixes are accepted, in each build', async () => {
    const directory = workspace('elsewhere/accepted', { ...files, 'cackle.toml': text(control) });
    const path = join(directory, 'cackle.toml');
    for (const args of [[], ['--features', 'x']]) {
      const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory, ...args]);
      expect([ran.status, ran.stderr]).toEqual([0, expect.anything()]);
      const now = readFileSync(path, 'utf8');
      for (const table of needed.split('\n\n')) {
        const lines = table.trim().split('\n');
        for (const line of lines)
          expect([args, line, now.includes(line)]).toEqual([args, line, true]);
      }
      expect(now).not.toMatch(/pkg\.(?:plain|gone)/);
    }
  });
});
