import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtinApis } from '../../engine/config/builtin.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { moduleSource } from '../../engine/public-paths/module-source.ts';
import { rustTokens } from '../../engine/public-paths/rust-tokens.ts';
import { resolveSysrootPaths } from '../../engine/public-paths/sysroot-paths.ts';
import { check, manifest, run, tree, workspace } from '../support/cackle.ts';

const apis = (paths: Readonly<Record<string, string>>): string =>
  Object.entries(paths)
    .map(([name, path]) => `[api.${name}]\ninclude = ["${path}"]\n`)
    .join('');

/** `API: targets` of what is not allowed. */
const targets = (report: CheckReport): string[] =>
  report.problems
    .flatMap((p) =>
      p.kind === 'disallowed-api'
        ? [`${p.packageName} ${p.api}: ${[...new Set(p.usages.map((u) => u.target))].sort()[0]}`]
        : [],
    )
    .sort();

const warned = (report: CheckReport): string[] =>
  report.problems.flatMap((p) =>
    p.kind === 'unmatched-api-path'
      ? [`${p.api} ${p.list} ${p.path}${p.nearest === undefined ? '' : ` -> ${p.nearest}`}`]
      : [],
  );

test('rule 2.6: public paths of the standard library match where things are defined', async () => {
  const files = tree('public-std', {
    main: `use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::os::fd::AsRawFd;
fn main() {
    let mut map: HashMap<u8, u8> = HashMap::new();
    map.insert(1, 2);
    let mut tree: BTreeMap<u8, u8> = BTreeMap::new();
    tree.insert(1, 2);
    std::thread::spawn(|| ()).join().unwrap();
    let mut text = String::new();
    let _ = std::io::stdin().read_to_string(&mut text);
    let _ = std::io::stdin().as_raw_fd();
    let started = std::time::Instant::now();
    let list = vec![std::hint::black_box(1u8)];
    let shared = std::sync::Arc::new(list.len());
    println!("{:?} {} {}", started.elapsed(), shared, map.len() + tree.len());
}
`,
    config: apis({
      maps: 'std::collections::HashMap',
      everymap: 'std::collections',
      threads: 'std::thread::spawn',
      reads: 'std::io::Read',
      handles: 'std::os::fd',
      clock: 'std::time::Instant',
      lists: 'std::vec::Vec',
      alllists: 'std::vec',
      shared: 'std::sync::Arc',
      defined: 'std::collections::hash::map',
      calls: 'std::thread::JoinHandle::join',
    }),
  });
  const report = await check(workspace('public-std', files));
  const found = targets(report).map((line) => line.replace(/^public-std (\S+): .*/, '$1'));
  expect(found).toEqual(
    'alllists calls clock defined everymap handles lists maps reads shared threads'.split(' '),
  );
  expect(targets(report)).toContain('public-std threads: std::thread::functions::spawn');
  expect(warned(report)).toEqual([]);
}, 120_000);

test('rules 2.5, 2.6: exclusions by a public path win too', async () => {
  const files = tree('public-exclude', {
    main: 'fn main() {\n    std::thread::spawn(|| ()).join().unwrap();\n    std::thread::sleep(std::time::Duration::ZERO);\n}',
    config:
      '[api.threads]\ninclude = ["std::thread"]\nexclude = ["std::thread::spawn", "std::thread::JoinHandle"]\n',
  });
  const report = await check(workspace('public-exclude', files));
  expect(targets(report)).toEqual(['public-exclude threads: std::thread::functions::sleep']);
}, 120_000);

test('rule 2.6: `pub use` of crates is followed, through names, globs, macros and other crates', async () => {
  const files = tree('public-crates', {
    main: `fn main() {
    facade::net::Stream::open();
    facade::start();
    facade::Renamed::go();
    facade::written::put();
    facade::elsewhere::far();
    facade::own();
    inner::unrelated();
}
`,
    crates: {
      facade: `mod imp;
pub mod net { pub use crate::imp::tcp::*; }
pub use self::imp::start::start;
pub use inner::hidden::Long as Renamed;
macro_rules! cfg_on { ($($item:item)*) => { $( #[cfg(all())] $item )* } }
cfg_on! { pub mod written { mod deep { pub fn put() {} } pub use self::deep::put; } }
#[path = "other/place.rs"]
pub mod elsewhere;
/* pub use imp::not; */
pub fn own() { let _ = "pub use imp::nor;"; }
`,
      inner: `pub mod hidden { pub struct Long; impl Long { pub fn go() {} } }
pub fn unrelated() {}
`,
    },
    needs: { facade: ['inner'] },
    config: apis({
      net: 'facade::net::Stream',
      begin: 'facade::start',
      renamed: 'facade::Renamed',
      written: 'facade::written::put',
      far: 'facade::elsewhere::far',
    }),
  });
  const report = await check(
    workspace('public-crates', {
      ...files,
      'crates/facade/src/imp/mod.rs': 'pub mod tcp;\npub mod start { pub fn start() {} }\n',
      'crates/facade/src/imp/tcp.rs': 'pub struct Stream;\nimpl Stream { pub fn open() {} }\n',
      'crates/facade/src/other/place.rs':
        'pub use self::within::far;\nmod within { pub fn far() {} }\n',
    }),
  );
  expect(targets(report)).toEqual([
    'public-crates begin: facade::imp::start::start',
    'public-crates far: facade::elsewhere::within::far',
    'public-crates net: facade::imp::tcp::Stream::open',
    'public-crates renamed: inner::hidden::Long::go',
    'public-crates written: facade::written::deep::put',
  ]);
  expect(warned(report)).toEqual([]);
});

test('rule 2.6: a dependency that a manifest renames is followed by the name that the code has for it', async () => {
  const files = {
    ...tree('renamed', {
      main: 'fn main() { front::open(); }',
      crates: { front: 'pub use other::deep::open;\n', real: 'pub mod deep { pub fn open() {} }' },
      config: apis({ net: 'front::open' }),
    }),
    'crates/front/Cargo.toml': manifest(
      'front',
      '[dependencies]\nother = { package = "real", path = "../real" }\n',
    ),
  };
  const report = await check(workspace('renamed', files));
  expect(targets(report)).toEqual(['renamed net: real::deep::open']);
  expect(warned(report)).toEqual([]);
});

test('rule 5.18: a path of an API that can match nothing is a warning with the nearest, and no other is', async () => {
  const config = `[api.typos]
include = [
    "std::nett",
    "std::thread::spawwn",
    "std::fs::File::opne",
    "std::println",
    "provider::dorr",
    "provder::door",
    "no_such_crate",
    "provider::of_c",
]
exclude = ["provider::door::opn"]

[api.right]
include = [
    "std::os::windows::fs",
    "core::arch::aarch64",
    "provider::door",
    "provider::unused::Generic",
    "provider::made",
    "std::collections::hash",
    "absent::thing",
]

[pkg.typos]
allow_apis = ["right"]

[pkg.provider]
allow_extern = true
`;
  const files = tree('typos', {
    main: 'fn main() { provider::door::open(); }',
    crates: {
      provider: `pub mod door { pub fn open() {} }
pub mod unused { pub struct Generic<T>(pub T); }
macro_rules! make { ($name:ident) => { pub mod $name { #[inline(never)] pub fn it() {} } } }
make!(made);
extern "C" { pub fn of_c(); }
`,
    },
    manifest: '[target."cfg(windows)".dependencies]\nabsent = { path = "../typos-absent" }\n',
    config,
  });
  workspace('typos-absent', {
    'Cargo.toml': '[package]\nname = "absent"\nversion = "1.0.0"\n',
    'src/lib.rs': '',
  });
  const directory = workspace('typos', files);
  const report = await check(directory);
  expect(warned(report)).toEqual([
    'typos include std::nett -> std::net',
    'typos include std::thread::spawwn -> std::thread::spawn',
    expect.stringMatching(/^typos include std::fs::File::opne/),
    'typos include std::println',
    'typos include provider::dorr -> provider::door',
    'typos include provder::door -> provider::door',
    'typos include no_such_crate',
    // Its symbol has no path.
    expect.stringMatching(/^typos include provider::of_c/),
    'typos exclude provider::door::opn -> provider::door::open',
  ]);
  expect(report.status).toBe(0);
  expect((await check(directory, ['--package', 'typos'])).problems).toEqual([]);
}, 120_000);

test('rule 2.4: what the built-in APIs name is there on this toolchain, and nothing of it is defined elsewhere', async () => {
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).stdout.trim();
  const tools = { rustc: join(sysroot, 'bin/rustc'), rustdoc: join(sysroot, 'bin/rustdoc') };
  const paths = [...builtinApis.values()].flatMap(({ include, exclude }) => [
    ...include,
    ...exclude,
  ]);
  const resolved = await resolveSysrootPaths(paths, tools, new Set(paths));
  const elsewhere = /^std::os::(?:windows|darwin|macos|wasi)::/;
  const missing = paths.filter((path) => !resolved.get(path)?.exists && !elsewhere.test(path));
  expect(missing).toEqual([]);
  const outside = [...builtinApis.values()].flatMap(({ name, include }) =>
    include
      .flatMap((path) => resolved.get(path)?.defined ?? [])
      .filter((path) => !include.some((own) => path.startsWith(`${own}::`)))
      .map((path) => `${name} ${path}`),
  );
  // Handles of anything, files or not: whoever watches them writes std::os::fd.
  expect(outside.filter((line) => !line.startsWith('fs std::os::fd::'))).toEqual([]);
}, 120_000);

test('unit: tokens of Rust, without what only looks like them', () => {
  const text = `a/* x /* y */ z */b 'c' '\\'' 'l b'x' b"s\\"" r#"t " "# r#type "q" // end\nlast`;
  expect(rustTokens(text)).toEqual(['a', 'b', 'l', '"s\\"', '"', 'type', '"q', 'last']);
  expect(rustTokens('"never ends')).toEqual(['"never ends']);
  expect(rustTokens('/* never ends')).toEqual([]);
});

test('unit: declarations of a module', () => {
  const source = moduleSource(
    rustTokens(`#![allow(x)]
#[cfg(a)] pub(crate) use a::{b, c::{self, d as e}, f::*};
pub use ::g;
extern crate h as i;
pub unsafe extern "C" fn j() { mod not {} }
extern "C" { fn not(); } unsafe extern { pub safe fn nor(); }
pub struct K<T>(T); pub const L: [u8; 2] = [1; 2]; static mut M: u8 = 1;
#[path = "x/y.rs"] mod n; mod o { pub fn p() {} }
impl Z { fn not() {} }
`),
  );
  expect(source.uses.map(({ path, name }) => `${path.join('::')} ${name ?? '*'}`)).toEqual([
    'a::b b',
    'a::c c',
    'a::c::d e',
    'a::f *',
    '::g g',
    '::h i',
  ]);
  expect([...source.items]).toEqual([
    ['j', 'fn'],
    ['K', 'struct'],
    ['L', 'const'],
    ['M', 'static'],
  ]);
  expect([...source.modules].map(([name, { path }]) => [name, path])).toEqual([
    ['n', 'x/y.rs'],
    ['o', undefined],
  ]);
});
