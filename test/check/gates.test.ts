import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

test('rules 6.13, 9.1: a build script with a problem never runs; what does not need it is still judged', async () => {
  const files = {
    'Cargo.toml': manifest('held'),
    'build.rs': 'fn main() { std::fs::write("ran", "yes").unwrap(); }',
    'src/main.rs': 'fn main() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }',
    'cackle.toml': config(),
  };
  const directory = workspace('held', files);
  const report = await check(directory);
  expect(existsSync(join(directory, 'ran'))).toBe(false);
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api held net',
    'disallowed-api held.build fs',
  ]);
  expect(report.unchecked.map((u) => u.held)).toEqual(['build script']);
  writeFileSync(
    join(directory, 'cackle.toml'),
    config('[pkg.held]\nallow_apis = ["net"]\nbuild.allow_apis = ["fs"]\n'),
  );
  expect((await check(directory)).status).toBe(0);
  expect(existsSync(join(directory, 'ran'))).toBe(true);
});

test('rule 9.1: a proc macro is judged before rustc loads it, fresh ones too', async () => {
  const files = {
    'Cargo.toml': manifest('loads', '[dependencies]\nmacros = { path = "macros" }\n'),
    'src/main.rs': 'fn main() { macros::nothing!(); }',
    'macros/Cargo.toml': manifest('macros', '[lib]\nproc-macro = true\n'),
    'macros/src/lib.rs':
      'use proc_macro::TokenStream;\n#[proc_macro] pub fn nothing(_: TokenStream) -> TokenStream { std::fs::write("ran", "").unwrap(); TokenStream::new() }',
    'cackle.toml': config(),
  };
  const directory = workspace('loads', files);
  const report = await check(directory);
  expect(existsSync(join(directory, 'ran'))).toBe(false);
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api macros fs',
    'proc-macro-not-allowed macros',
  ]);
  expect(report.status).toBe(1);
  const allowed = config('[pkg.macros]\nallow_apis = ["fs"]\nallow_proc_macro = true\n');
  writeFileSync(join(directory, 'cackle.toml'), allowed);
  expect((await check(directory)).problems).toEqual([]);
  // A permission that is taken back holds it again, although cargo calls it fresh.
  writeFileSync(join(directory, 'cackle.toml'), config());
  writeFileSync(join(directory, 'src/main.rs'), 'fn main() { macros::nothing!(); println!(); }');
  expect((await check(directory)).unchecked.map((u) => u.held)).toEqual(['proc macro']);
});

test('rules 2.12, 4.20, 5.9: build instructions in both spellings need a permission; harmless ones do not', async () => {
  const files = {
    'Cargo.toml': manifest('instructs'),
    'build.rs':
      'fn main() { println!("cargo::rustc-env=A=1"); println!("cargo:rustc-link-search=/nowhere"); println!("cargo:rerun-if-changed=build.rs"); println!("cargo:rustc-cfg=x"); }',
    'src/main.rs': '#![allow(unexpected_cfgs)]\nfn main() { println!("{:?}", option_env!("A")); }',
    'cackle.toml': config(),
  };
  const directory = workspace('instructs', files);
  const instructions = (await check(directory)).problems
    .map((p) => ('instruction' in p ? p.instruction : p.kind))
    .sort();
  expect(instructions).toEqual(['cargo:rustc-env=A=1', 'cargo:rustc-link-search=/nowhere']);
  writeFileSync(
    join(directory, 'cackle.toml'),
    config(
      '[pkg.instructs]\nbuild.allow_build_instructions = ["cargo:rustc-env=A=*", "cargo::rustc-link-*"]\n',
    ),
  );
  expect((await check(directory)).problems).toEqual([]);
});

test('rule 9.1: a dylib that a build script would load is judged before', async () => {
  const files = {
    'Cargo.toml': manifest('loader', '[build-dependencies]\nloaded = { path = "loaded" }\n'),
    'build.rs': 'fn main() { loaded::act(); }',
    'src/main.rs': 'fn main() {}',
    'loaded/Cargo.toml': manifest('loaded', '[lib]\ncrate-type = ["dylib"]\n'),
    'loaded/src/lib.rs': 'pub fn act() { std::fs::write("ran", "").unwrap(); }',
    'cackle.toml': config(),
  };
  const directory = workspace('dylib-held', files);
  const report = await check(directory);
  expect(existsSync(join(directory, 'ran'))).toBe(false);
  expect(report.problems.map(short)).toEqual(['disallowed-api loaded fs']);
  expect(report.unchecked.map((u) => u.held)).toEqual(['build script']);
  writeFileSync(join(directory, 'cackle.toml'), config('[pkg.loaded]\nallow_apis = ["fs"]\n'));
  expect((await check(directory)).status).toBe(0);
  expect(existsSync(join(directory, 'ran'))).toBe(true);
});
