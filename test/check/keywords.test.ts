import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyEdits } from '../../engine/config/edit/edit.ts';
import type { Fix } from '../../engine/fixes/types.ts';
import { fixesFor } from '../../engine/problems/fixes.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { check, config, manifest, short, tree, workspace } from '../support/cackle.ts';

/** Every place of a keyword as `kind scope file:line`, sorted. */
function keywordLines(report: CheckReport): string[] {
  return report.problems
    .flatMap((problem) =>
      'uses' in problem
        ? problem.uses.map(
            ({ place }) =>
              `${short(problem).replace('disallowed-', '')} ${place.file.replace(`${report.workspaceRoot}/`, '')}:${place.line}`,
          )
        : [short(problem)],
    )
    .sort();
}

const linesOf = async (name: string, files: Record<string, string | Buffer>) =>
  keywordLines(await check(workspace(name, files)));

test('rule 4.16: every form of `unsafe` counts, at its line', async () => {
  const main = [
    'use std::arch::asm;',
    'fn block() { unsafe { asm!("nop") } }',
    'unsafe fn function() {}',
    'unsafe trait Trait {}',
    'unsafe impl Trait for () {}',
    '#[no_mangle] pub fn bare_a() {}',
    '#[export_name = "bare_b"] pub fn b() {}',
    '#[link_section = ".text.x"] pub fn c() {}',
    '#[link_section = ".x"] pub static D: u8 = 0;',
    '#[no_mangle] pub static BARE_E: u8 = 0;',
    'core::arch::global_asm!("nop");',
    'fn main() { block(); let f: unsafe fn() = function; let _ = f; }',
  ].join('\n');
  const lines = await linesOf('forms', tree('forms', { main }));
  expect(lines).toEqual(
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => `unsafe forms src/main.rs:${n}`).sort(),
  );
});

test('rule 4.16: comments, strings and names do not count', async () => {
  const main = `//! unsafe
/* unsafe /* unsafe */ */
/// unsafe extern
fn main() {
    let r#unsafe = "unsafe"; let _ = (r#unsafe, r#"unsafe "{}" extern"#, b"unsafe", c"unsafe");
    let unsafely = 1; let _ = unsafely;
}
extern crate std as other;
`;
  expect(await linesOf('innocent', tree('innocent', { main }))).toEqual([]);
});

test('rule 4.16: the second net sees what is not compiled, and macros where they are written', async () => {
  const files = tree('unseen', {
    main: 'fn main() { println!("{}", hides::peek!(&1)); }\n#[cfg(windows)]\nfn never() { unsafe {} }',
    crates: {
      hides:
        '#[macro_export]\nmacro_rules! peek { ($p:expr) => {\n    unsafe { *($p as *const i32) }\n} }',
    },
  });
  // The caller's expression stands in the unsafe block: it uses what it is lent.
  expect(await linesOf('unseen', files)).toEqual([
    'unsafe hides crates/hides/src/lib.rs:3',
    'unsafe unseen src/main.rs:1',
    'unsafe unseen src/main.rs:3',
  ]);
});

test('rule 4.18: the second net sees no extern in code that rustc leaves out before any macro sees it', async () => {
  const files = {
    ...tree('left-out', {
      main: [
        'mod kept; mod gone;',
        '#[cfg(windows)]',
        'extern "C" fn never() {}',
        '#[cfg(windows)]',
        'fn lent() { hides::peek!(&1); }',
        '#[cfg(not(windows))]',
        'extern "C" fn here() {}',
        'include!("part.in");',
        'fn main() { here(); kept::f(); hides::f(); }',
      ].join('\n'),
      crates: {
        hides: [
          '#[macro_export]\nmacro_rules! peek { ($p:expr) => { unsafe { *($p as *const i32) } } }',
          'pub fn f() {}\n#[cfg(test)]\nmod tests { extern "C" fn f() {} }',
        ].join('\n'),
      },
    }),
    'src/kept.rs': 'pub fn f() {}\n#[cfg(any(windows, target_os = "ios"))]\nextern "C" fn g() {}\n',
    'src/gone.rs': '#![cfg(windows)]\nextern "C" fn g() {}\n',
    // What is read in another way may be seen by whoever reads it.
    'src/part.in': '#[cfg(windows)]\nextern "C" fn included() {}\n',
  };
  expect(await linesOf('left-out', files)).toEqual([
    'extern left-out src/main.rs:7',
    'extern left-out src/part.in:2',
    'unsafe hides crates/hides/src/lib.rs:2',
  ]);
});

test('settings are those of each unit: of its tests, its features, its build script', async () => {
  const main = [
    '#[cfg(test)]\nextern "C" fn tested() {}',
    '#[cfg(feature = "more")]\nextern "C" fn more() {}',
    '#[cfg(found)]\nextern "C" fn found() {}',
    'fn main() {}',
  ].join('\n');
  const files = {
    ...tree('settings', { main }),
    'Cargo.toml': manifest(
      'settings',
      '[features]\nmore = []\n[lints.rust]\nunexpected_cfgs = "allow"\n',
    ),
    'build.rs':
      'fn main() { if std::path::Path::new("src/found").exists() { println!("cargo:rustc-cfg=found"); } println!("cargo:rerun-if-changed=src/found"); }',
    'cackle.toml': config('[pkg.settings]\nbuild.allow_apis = ["fs"]\n'),
  };
  const directory = workspace('settings', files);
  const lines = async (...args: string[]): Promise<string[]> =>
    keywordLines(await check(directory, args));
  expect(await lines()).toEqual(['extern settings.test src/main.rs:2']);
  expect(await lines('--features', 'more')).toEqual([
    'extern settings src/main.rs:4',
    'extern settings.test src/main.rs:2',
  ]);
  writeFileSync(join(directory, 'src/found'), '');
  expect(await lines()).toEqual([
    'extern settings src/main.rs:6',
    'extern settings.test src/main.rs:2',
  ]);
});

test('rule 4.16: files that rustc reads count, save those that are no text', async () => {
  const files = {
    ...tree('reads', {
      main: 'const A: &str = include_str!("note.txt");\nconst B: &[u8] = include_bytes!("data.bin");\nfn main() { println!("{A} {B:?}"); include!("part.in"); }',
    }),
    'src/note.txt': 'first line\nthis is unsafe\n',
    'src/data.bin': Buffer.from([0xff, ...Buffer.from(' unsafe extern ')]),
    'src/part.in': '---\nunsafe { 1 }\n---\n1',
  };
  expect(await linesOf('reads', files)).toEqual([
    'unsafe reads src/note.txt:2',
    'unsafe reads src/part.in:2',
  ]);
});

test('rule 4.17: blocks and functions of `extern` count, also marked unsafe; extern crate does not', async () => {
  const main = `extern crate core;
unsafe extern "C" { safe fn abs(x: i32) -> i32; }
pub extern "C" fn callback() {}
fn main() { abs(1); callback(); }`;
  const report = await check(workspace('foreign', tree('foreign', { main })));
  expect(keywordLines(report).filter((l) => l.startsWith('extern'))).toEqual([
    'extern foreign src/main.rs:2',
    'extern foreign src/main.rs:3',
  ]);
  // The lint of newer compilers reports `unsafe extern`; the token is excepted.
  const unsafe = report.problems.find((p) => p.kind === 'disallowed-unsafe');
  expect(unsafe?.uses.filter((use) => use.foundBy === 'token') ?? []).toEqual([]);
});

test('rule 4.17: before edition 2021 the keyword may touch its string', async () => {
  const files = tree('touching', { main: 'extern"C" fn f() {}\nfn main() { f(); }' });
  files['Cargo.toml'] = String(files['Cargo.toml']).replace('2021', '2018');
  expect(await linesOf('touching', files)).toEqual(['extern touching src/main.rs:1']);
});

test('rule 4.17: a bare keyword and patterns of macros declare nothing; what a macro emits does', async () => {
  const main = [
    'macro_rules! Token { [extern] => { 1 }; [fn] => { 2 }; }',
    'macro_rules! parse { (x extern - $a:tt) => { 3 }; ((extern "C" fn f() {})) => { 4 }; (y) => { 5 }; }',
    'macro_rules! emit { (extern "C") => { extern "C" fn a() {} } }',
    'emit!(extern "C");',
    'fn main() { a(); println!("{} {} {}", Token![extern], Token!(fn), parse!(y)); }',
  ].join('\n');
  expect(await linesOf('bare', tree('bare', { main }))).toEqual([
    'extern bare src/main.rs:3',
    'extern bare src/main.rs:4',
  ]);
});

test('rules 2.14, 4.19: who calls a macro that lends it is told by whom, and safe_macros settles it', async () => {
  const files = (rest: string) =>
    tree('lent', {
      main: 'use lends::raw as fine;\nfn main() { println!("{}", fine!(*(&1 as *const i32))); }',
      crates: {
        lends:
          '#[macro_export]\nmacro_rules! raw { ($e:expr) => { unsafe { $e } } }\npub fn f() {}',
      },
      config: `[pkg.lends]\nallow_unsafe = true\n${rest}`,
    });
  const report = await check(workspace('lent', files('')));
  expect(report.problems.map((p) => ('uses' in p ? p.uses : []))).toMatchObject([
    [{ foundBy: 'macro', macros: [{ package: 'lends', name: 'raw' }] }],
  ]);
  const problem = report.problems[0] as Problem;
  expect(fixesFor(problem, undefined).map(({ title }) => title)).toEqual([
    'allow unsafe code to lent',
    'declare `lends::raw!` safe',
  ]);
  expect(applyEdits('', [(fixesFor(problem, undefined)[1] as Fix).edit])).toContain(
    'safe_macros = ["raw"]',
  );
  expect(await linesOf('lent', files('safe_macros = ["raw"]\n'))).toEqual([]);
  expect(await linesOf('lent', files('[pkg.lent]\nallow_unsafe = true\n'))).toEqual([]);
});

test('rule 5.6: unsafe and extern need the scope of the crate they stand in; a test build of it says nothing new', async () => {
  const code = (name: string) => `fn ${name}() { unsafe {} }\nextern "C" fn e_${name}() {}\n`;
  const files = {
    'Cargo.toml': manifest('places'),
    'build.rs': `${code('a')}fn main() { a(); e_a(); }`,
    'src/lib.rs': `${code('b')}pub fn f() { b(); e_b(); }\n#[cfg(test)] mod inner;`,
    'src/inner.rs': code('c'),
    'tests/it.rs': code('d'),
    'cackle.toml': config(),
  };
  const report = await check(workspace('keyword-places', files));
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-extern places',
    'disallowed-extern places.build',
    'disallowed-extern places.test',
    'disallowed-unsafe places',
    'disallowed-unsafe places.build',
    'disallowed-unsafe places.test',
  ]);
  expect(keywordLines(report)).toEqual([
    'extern places src/lib.rs:2',
    'extern places.build build.rs:2',
    'extern places.test src/inner.rs:2',
    'extern places.test tests/it.rs:2',
    'unsafe places src/lib.rs:1',
    'unsafe places.build build.rs:1',
    'unsafe places.test src/inner.rs:1',
    'unsafe places.test tests/it.rs:1',
  ]);
});

test('rules 1.4, 5.6: allow_unsafe and allow_extern each cover their own, and are inherited', async () => {
  const code = 'fn a() { unsafe {} }\nextern "C" fn e() {}\n';
  const files = (rest: string) => ({
    'Cargo.toml': manifest('covers'),
    'src/lib.rs': code,
    'tests/it.rs': code,
    'cackle.toml': config(rest),
  });
  expect(
    await linesOf('covers', files('[pkg.covers]\nallow_unsafe = true\ntest.allow_extern = true\n')),
  ).toEqual(['extern covers src/lib.rs:2']);
  expect(
    await linesOf(
      'covers',
      files('[pkg.covers]\nallow_extern = true\nallow_unsafe = true\ntest.allow_unsafe = false\n'),
    ),
  ).toEqual(['unsafe covers.test src/lib.rs:1', 'unsafe covers.test tests/it.rs:1']);
});
