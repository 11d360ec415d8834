import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtinApis } from '../../engine/config/builtin.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { moduleSource } from '../../engine/public-paths/module-source.ts';
import { rustTokens } from '../../engine/public-paths/rust-tokens.ts';
import { resolveSysrootPaths } from '../../engine/public-paths/sysroot-paths.ts';
import { check, fixture, run } from '../support/cackle.ts';

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
  const report = await check(fixture('public-std'));
  const found = targets(report).map((line) => line.replace(/^public-std (\S+): .*/, '$1'));
  expect(found).toEqual(
    'alllists calls clock defined everymap handles lists maps reads shared threads'.split(' '),
  );
  expect(targets(report)).toContain('public-std threads: std::thread::functions::spawn');
  expect(warned(report)).toEqual([]);
}, 120_000);

test('rules 2.5, 2.6: exclusions by a public path win too', async () => {
  const report = await check(fixture('public-exclude'));
  expect(targets(report)).toEqual(['public-exclude threads: std::thread::functions::sleep']);
}, 120_000);

test('rules 2.4, 2.6: a path that a built-in API names, too, is resolved where that one is not imported', async () => {
  const report = await check(fixture('public-path-of-builtin'));
  expect(targets(report).map((line) => line.replace(/:.*/, ''))).toEqual([
    'public-path-of-builtin all',
    'public-path-of-builtin mine',
  ]);
}, 120_000);

test('rule 2.6: `pub use` of crates is followed, through names, globs, macros and other crates', async () => {
  const report = await check(fixture('public-crates'));
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
  const report = await check(fixture('public-path-of-renamed'));
  expect(targets(report)).toEqual(['renamed net: real::deep::open']);
  expect(warned(report)).toEqual([]);
});

test('rule 5.18: a path of an API that can match nothing is a warning with the nearest, and no other is', async () => {
  const directory = fixture('api-path-typos/workspace');
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
  const elsewhere = /^std::os::(?:windows|darwin|macos|ios|android|wasi)::/;
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
