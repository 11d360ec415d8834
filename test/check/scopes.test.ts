import { expect, test } from 'vitest';
import { check, config, manifest, short, usageLines, workspace } from '../support/cackle.ts';

/** A call of each API, so that each crate is known by what it uses. */
const uses = {
  fs: 'let _ = std::fs::read("x");',
  env: 'let _ = std::env::var("X");',
  net: 'let _ = std::net::TcpStream::connect("x");',
  process: 'let _ = std::process::Command::new("x");',
};

const helperOf = (name: string, body: string): Record<string, string> => ({
  [`${name}/Cargo.toml`]: manifest(name),
  [`${name}/src/lib.rs`]: `pub fn used() { ${body} }`,
});

test('rules 1.2, 1.3: library, program, example and proc macro are primary; so is what they use of others', async () => {
  const files = {
    'Cargo.toml': manifest(
      'kinds',
      '[dependencies]\nhelper = { path = "helper" }\nmac = { path = "mac" }\n',
    ),
    'src/lib.rs': `pub fn lib() { ${uses.fs} }`,
    'src/main.rs': `fn main() { kinds::lib(); ${uses.env} }`,
    'examples/ex.rs': `fn main() { helper::used(); ${uses.net} mac::nothing!(); }`,
    ...helperOf('helper', uses.process),
    'mac/Cargo.toml': manifest(
      'mac',
      '[lib]\nproc-macro = true\n[dependencies]\ninner = { path = "../inner" }\n',
    ),
    'mac/src/lib.rs': `use proc_macro::TokenStream;\n#[proc_macro] pub fn nothing(_: TokenStream) -> TokenStream { inner::used(); ${uses.env} TokenStream::new() }`,
    ...helperOf('inner', uses.net),
    'cackle.toml': config(
      '[pkg.mac]\nallow_proc_macro = true\nallow_apis = ["env"]\n[pkg.inner]\nallow_apis = ["net"]\n',
    ),
  };
  const report = await check(workspace('kinds', files));
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api helper process',
    'disallowed-api kinds env',
    'disallowed-api kinds fs',
    'disallowed-api kinds net',
  ]);
  expect(report.grants.map((g) => `${g.scope.package} ${g.scope.suffix} ${g.api}`)).toEqual(
    expect.arrayContaining(['mac  env', 'inner  net']),
  );
});

test('rules 1.2, 1.3: unit tests, test crates and benches are test; what they use of others is from.test', async () => {
  const files = {
    'Cargo.toml': manifest('tests', '[dev-dependencies]\nhelper = { path = "helper" }\n'),
    'src/lib.rs': `#[test] fn unit() { ${uses.fs} }`,
    'tests/it.rs': `#[test] fn it() { ${uses.env} helper::used(); }`,
    'benches/speed.rs': `#[test] fn speed() { ${uses.net} }`,
    ...helperOf('helper', uses.process),
    'cackle.toml': config(),
  };
  expect((await check(workspace('tests', files))).problems.map(short).sort()).toEqual([
    'disallowed-api helper.from.test process',
    'disallowed-api tests.test env',
    'disallowed-api tests.test fs',
    'disallowed-api tests.test net',
  ]);
});

test('rules 1.3, 4.24: a build script is build; what it uses of others is from.build, and a usage is told once, in the widest scope', async () => {
  const files = {
    'Cargo.toml': manifest(
      'builds',
      '[dependencies]\nhelper = { path = "helper" }\n[build-dependencies]\nhelper = { path = "helper" }\nonly = { path = "only" }\n',
    ),
    'build.rs': `fn main() { helper::used(); only::used(); ${uses.env} }`,
    'src/main.rs': 'fn main() { helper::used() }\n#[test] fn t() { helper::used() }',
    ...helperOf('helper', uses.fs),
    ...helperOf('only', uses.net),
    'cackle.toml': config(),
  };
  const report = await check(workspace('builds', files));
  expect(usageLines(report).map((line) => line.replace(/ -> .*/, ''))).toEqual(
    expect.arrayContaining([
      'disallowed-api builds.build env build.rs:1:51 build_script_build::main',
      'disallowed-api helper fs helper/src/lib.rs:1:25 helper::used',
    ]),
  );
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api builds.build env',
    'disallowed-api helper fs',
    'disallowed-api only.from.build net',
  ]);
});

test.each([
  ['pkg', 'allow_apis = ["fs"]', []],
  ['from.build', 'from.build.allow_apis = ["fs"]', ['scoped.test fs']],
  ['build', 'build.allow_apis = ["fs"]', ['scoped.test fs']],
  ['from.test', 'from.test.allow_apis = ["fs"]', ['scoped.build fs']],
  ['test', 'test.allow_apis = ["fs"]', ['scoped.build fs']],
])('rule 1.4: a permission in %s is inherited downwards only', async (_, line, left) => {
  const files = {
    'Cargo.toml': manifest('scoped'),
    'build.rs': `fn main() { ${uses.fs} }`,
    'src/lib.rs': '',
    'tests/it.rs': `#[test] fn it() { ${uses.fs} }`,
    'cackle.toml': config(`[pkg.scoped]\n${line}\n`),
  };
  const { problems } = await check(workspace('scoped', files));
  const found = problems.map(short).filter((p) => p !== 'unused-allow-api scoped.build fs');
  expect(found).toEqual(left.map((l) => `disallowed-api ${l}`));
});

test('rule 1.1: two versions of a package are told apart in what is shown, and share their permissions', async () => {
  const versioned = (version: string, body: string) => ({
    [`vendor/v${version}/Cargo.toml`]: manifest('twice').replace('1.0.0', version),
    [`vendor/v${version}/src/lib.rs`]: `pub fn used() { ${body} }`,
    [`vendor/v${version}/.cargo-checksum.json`]: '{"files":{}}',
  });
  const files = {
    'Cargo.toml': manifest(
      'versions',
      '[dependencies]\none = { version = "1", package = "twice" }\ntwo = { version = "2", package = "twice" }\n',
    ),
    // Of one source: from two directories they would be two packages.
    '.cargo/config.toml':
      '[source.crates-io]\nreplace-with = "vendor"\n[source.vendor]\ndirectory = "vendor"\n',
    'src/main.rs': 'fn main() { one::used(); two::used(); }',
    ...versioned('1.0.0', uses.fs),
    ...versioned('2.0.0', `${uses.fs} unsafe {}`),
    'cackle.toml': config(),
  };
  const { problems } = await check(workspace('versions', files));
  const seen = problems.map((p) => `${p.kind} ${'packageLabel' in p ? p.packageLabel : ''}`).sort();
  expect(seen[1]).toBe('disallowed-unsafe twice[2.0.0]');
  expect(seen[0]).toMatch(/^disallowed-api twice\[[12]\.0\.0\]$/);
  expect(seen.length).toBe(2);
  const places = problems.flatMap((p) => ('usages' in p ? p.usages.map((u) => u.place.file) : []));
  expect(new Set(places).size).toBe(2);
});
