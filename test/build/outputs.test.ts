import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

const shorts = async (name: string, files: Record<string, string>): Promise<string[]> => {
  const directory = workspace(name, files);
  const first = (await check(directory)).problems.map(short).sort();
  // The second check finds everything fresh, and says the same.
  expect((await check(directory)).problems.map(short).sort()).toEqual(first);
  return first;
};

test('rules 1.2, 4.1: bin, example, bench, and a test without harness', async () => {
  const using = (path: string): string => `fn main() { let _ = ${path}; }`;
  const files = {
    'Cargo.toml': manifest(
      'outputs',
      '[[test]]\nname = "plain"\nharness = false\n[[bench]]\nname = "slow"\nharness = false\n[[example]]\nname = "shared"\ncrate-type = ["cdylib"]\n',
    ),
    'src/lib.rs': 'pub fn dead() { let _ = std::env::var("x"); }',
    'src/bin/tool.rs': using('std::fs::read("x")'),
    'examples/show.rs': using('std::process::Command::new("x")'),
    'examples/shared.rs': '#[no_mangle] pub extern "C" fn shown() { let _ = std::env::args(); }',
    'tests/plain.rs': using('std::net::TcpStream::connect("127.0.0.1:9")'),
    'benches/slow.rs': using('std::fs::read("x")'),
    'cackle.toml': config('[pkg.outputs]\nallow_unsafe = true\nallow_extern = true\n'),
  };
  expect(await shorts('outputs', files)).toEqual([
    'disallowed-api outputs env',
    'disallowed-api outputs fs',
    'disallowed-api outputs process',
    'disallowed-api outputs.test fs',
    'disallowed-api outputs.test net',
  ]);
});

test('rules 4.1, 4.3: several crate types in one library: what a cdylib and a staticlib export is live', async () => {
  const files = {
    'Cargo.toml': manifest(
      'libraries',
      '[lib]\ncrate-type = ["lib", "cdylib", "staticlib"]\n[dependencies]\nhelper = { path = "helper" }\n',
    ),
    'src/lib.rs':
      '#[no_mangle] pub extern "C" fn entry() { helper::f(); }\npub fn not_exported() { let _ = std::env::var("x"); }',
    'helper/Cargo.toml': manifest('helper'),
    'helper/src/lib.rs':
      'pub fn f() { let _ = std::fs::read("x"); }\npub fn g() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }',
    'cackle.toml': config('[pkg.libraries]\nallow_unsafe = true\nallow_extern = true\n'),
  };
  expect(await shorts('libraries', files)).toEqual(['disallowed-api helper fs']);
});

test('a dylib that a program prefers', async () => {
  const files = {
    'Cargo.toml': manifest('dynamic', '[dependencies]\nhelper = { path = "helper" }\n'),
    'src/main.rs': 'fn main() { helper::f(); }',
    'helper/Cargo.toml': manifest('helper', '[lib]\ncrate-type = ["dylib"]\n'),
    'helper/src/lib.rs':
      'pub fn f() { let _ = std::fs::read("x"); }\nfn unused() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }',
    '.cargo/config.toml': '[build]\nrustflags = ["-Cprefer-dynamic"]\n',
    'cackle.toml': config(),
  };
  expect(await shorts('dynamic', files)).toEqual(['disallowed-api helper fs']);
});

test('no_std and no_main: the entry point is what the linker takes for it', async () => {
  const files = {
    'Cargo.toml': manifest(
      'bare',
      '[profile.cackle]\ninherits = "dev"\npanic = "abort"\n[dependencies]\nhelper = { path = "helper" }\n[[bin]]\nname = "bare"\ntest = false\nbench = false\n',
    ),
    'build.rs':
      'fn main() { println!("cargo:rustc-link-arg-bins=-nostartfiles"); println!("cargo:rustc-link-arg-bins=-nostdlib"); println!("cargo:rustc-link-arg-bins=-static"); println!("cargo:rustc-link-arg-bins=-no-pie"); }',
    'src/main.rs':
      '#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n#[no_mangle] pub extern "C" fn _start() -> ! { helper::net::f(); loop {} }',
    'helper/Cargo.toml': manifest('helper'),
    'helper/src/lib.rs': '#![no_std]\npub mod net { #[inline(never)] pub fn f() {} pub fn g() {} }',
    'cackle.toml': config(
      '[api.wire]\ninclude = ["helper::net"]\n[pkg.bare]\nallow_unsafe = true\nallow_extern = true\nbuild.allow_build_instructions = ["cargo:rustc-link-arg-bins=*"]\n',
    ),
  };
  expect(await shorts('bare', files)).toEqual(['disallowed-api bare wire']);
});

test('rule 6.11: the target directory of the environment and of the configuration', async () => {
  const directory = workspace('elsewhere', {
    'Cargo.toml': manifest('elsewhere'),
    'src/main.rs': 'fn main() { let _ = std::fs::read("x"); }',
    '.cargo/config.toml':
      '[build]\ntarget-dir = "there"\nrustflags = ["-Cdebug-assertions=off"]\n[target.x86_64-unknown-linux-gnu]\nrustflags = ["-Cforce-frame-pointers=yes"]\n',
    'cackle.toml': config(),
  });
  expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api elsewhere fs']);
  expect([
    existsSync(join(directory, 'there/.cackle')),
    existsSync(join(directory, 'target')),
  ]).toEqual([true, false]);
});
