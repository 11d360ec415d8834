import { expect, test } from 'vitest';
import { OtherTargets } from '../../engine/conditions/other-cfg.ts';
import { readRust } from '../../engine/conditions/rust-text.ts';
import { rustSources } from '../../engine/diff/code-files.ts';
import { addedForOthers } from '../../engine/diff/other-targets.ts';

const here = ['unix', 'target_os="linux"', 'target_family="unix"', 'target_arch="x86_64"'];
const linux = new OtherTargets('x86_64-unknown-linux-gnu', new Set(here));

/** Where the new texts have code for others, as `FILE:LINE CFG`. */
function added(after: Record<string, string>, before: Record<string, string> = {}): string[] {
  const maps = [before, after].map((texts) => new Map(Object.entries(texts)));
  const found = addedForOthers(maps[0] ?? new Map(), maps[1] ?? new Map(), new Set(), linux);
  return found.map(({ file, line, cfg }) => `${file}:${line} ${cfg}`);
}

const inLib = (text: string): string[] => added({ 'src/lib.rs': text });

test.each([
  ['windows', true],
  ['unix', false],
  ['not(unix)', true],
  ['target_os = "linux"', false],
  ['any(target_os = "linux", target_os = "macos")', false],
  ['all(windows, feature = "x")', true],
  ['all(unix, feature = "x")', false],
  // Without the feature it is code of Windows alone.
  ['any(windows, feature = "x")', true],
  ['feature = "x"', false],
  ['any(test, target_arch = "wasm32")', true],
  ['not(any(unix, windows))', true],
  ['all(not(windows), not(feature = "x"))', false],
  ['target_os =', true],
  ['', false],
])('rule 11.8: cfg(%s) is about other targets: %s', (expression, expected) => {
  expect(linux.concern(expression)).toBe(expected);
});

test.each([
  ['an item', '#[cfg(windows)]\nfn f() {\n    g();\n}\nfn h() {}', ['src/lib.rs:1 cfg(windows)']],
  ['an item of this target', '#[cfg(unix)]\nfn f() {}', []],
  ['a statement', 'fn f() {\n    #[cfg(windows)]\n    g();\n}', ['src/lib.rs:2 cfg(windows)']],
  [
    'a condition',
    'fn f() {\n    if cfg!(windows) {\n        g();\n    }\n}',
    ['src/lib.rs:2 cfg(windows)'],
  ],
  [
    'what else does',
    'fn f() {\n    if cfg!(unix) {\n    } else {\n        g();\n    }\n}',
    ['src/lib.rs:3 cfg(not(unix))'],
  ],
  [
    'a turned condition',
    'fn f() {\n    if !cfg!(unix) { g(); }\n}',
    ['src/lib.rs:2 cfg(not(unix))'],
  ],
  [
    'cfg_if',
    'cfg_if! {\n    if #[cfg(unix)] {\n    } else if #[cfg(x)] {\n        mod a;\n    } else {\n    }\n}',
    ['src/lib.rs:3 cfg(not(unix))'],
  ],
  [
    'a nested expression',
    '#[cfg(all(windows, feature = "a"))]\nuse a::b;',
    ['src/lib.rs:1 cfg(all(windows, feature = "a"))'],
  ],
  [
    'an attribute',
    '#[cfg_attr(windows, link(name = "x"))]\nextern {}',
    ['src/lib.rs:1 cfg(windows)'],
  ],
  [
    'a word in a comment or string',
    '// #[cfg(windows)]\nconst A: &str = r#"#[cfg(windows)] fn f() {}"#; /* #[cfg(windows)] */',
    [],
  ],
  ['a whole file', '#![cfg(windows)]\nfn f() {}', ['src/lib.rs:1 cfg(windows)']],
  [
    'a lifetime and a character',
    "fn f<'a>(c: &'a char) -> bool { *c == '\"' }\n#[cfg(windows)]\nfn g() {}",
    ['src/lib.rs:2 cfg(windows)'],
  ],
])('rule 11.8: code for other targets: %s', (_, text, expected) => {
  expect(inLib(text)).toEqual(expected);
});

test('rule 11.8: files of modules that only other targets have count, wherever they are declared', () => {
  const lib =
    'mod a;\n#[cfg(windows)]\nmod win;\n#[cfg_attr(windows, path = "other.rs")]\nmod b;\n';
  const same = { 'src/lib.rs': lib };
  const files = ['src/win.rs', 'src/win/mod.rs', 'src/win/deep/x.rs', 'src/other.rs', 'src/a.rs'];
  const after = { ...same, ...Object.fromEntries(files.map((file) => [file, 'fn f() {}\n'])) };
  expect(added(after, same)).toEqual(files.slice(0, 4).map((file) => `${file}:1 cfg(windows)`));
});

test.each([
  ['plainly', '#[cfg(windows)]\nmod win;\n'],
  ['with comments in between', '#[cfg(windows)]\nmod /* a */ win /* b */ ;\n'],
  ['by a path', '#[cfg_attr(windows, path /* = */ = "win.rs")]\nmod a;\n'],
  [
    'in a file that is left out as a whole',
    '# /* a */ ! [cfg(windows)]\n#[path = "win.rs"] mod a;',
  ],
])('rule 11.8: a file that changed counts by what an unchanged one says of it: %s', (_, lib) => {
  const before = { 'src/lib.rs': lib, 'src/win.rs': 'fn f() {}\n', 'src/same.rs': 'fn f() {}\n' };
  const after = { ...before, 'src/win.rs': 'fn f() {}\nfn g() {}\n' };
  expect(added(after, before)).toEqual(['src/win.rs:2 cfg(windows)']);
});

test('rule 11.8: a file that did not change counts when it becomes one of other targets', () => {
  const before = { 'src/lib.rs': 'mod win;\n', 'src/win.rs': 'fn f() {}\nfn g() {}\n' };
  const after = { ...before, 'src/lib.rs': '#[cfg(windows)]\nmod win;\n' };
  expect(added(after, before)).toEqual(['src/lib.rs:1 cfg(windows)', 'src/win.rs:1 cfg(windows)']);
  expect(added(before, after)).toEqual([]);
});

test('rule 11.8: code that a changed file has twice as often as before is told there', () => {
  const code = '#[cfg(windows)]\nfn f() {}\n';
  const before = { 'src/lib.rs': 'mod a;\n', 'src/a.rs': code };
  expect(added({ ...before, 'src/lib.rs': `mod a;\n${code}` }, before)).toEqual([
    'src/lib.rs:2 cfg(windows)',
  ]);
});

test('rule 11.8: moved code, comments and white space are nothing new', () => {
  const before = { 'src/lib.rs': 'fn a() {}\n#[cfg(windows)]\nfn f() {\n    g();\n}\n' };
  const moved = '/// A doc.\n#[cfg(windows)]\nfn f() {\n  // Why.\n  g();\n}\nfn a() {}\n';
  expect(added({ 'src/other.rs': moved }, before)).toEqual([]);
  expect(added({ 'src/lib.rs': moved.replace('g();', 'g();\n  h();') }, before)).toEqual([
    'src/lib.rs:6 cfg(windows)',
  ]);
});

test('rule 11.8: dependencies of other targets, and variables by which a build script tells targets apart', () => {
  const manifest =
    '[package]\nname = "a"\n\n[target.\'cfg(windows)\'.dependencies.winapi]\nversion = "1"\n\n[target."cfg(unix)".dependencies]\nlibc = "1"\n\n[target.aarch64-apple-darwin.dependencies]\nmac = "1"\n';
  expect(added({ 'Cargo.toml': manifest })).toEqual([
    'Cargo.toml:4 cfg(windows)',
    'Cargo.toml:10 aarch64-apple-darwin',
  ]);
  expect(added({ 'Cargo.toml': manifest }, { 'Cargo.toml': manifest })).toEqual([]);
  const script = 'fn main() {\n    std::env::var("CARGO_CFG_WINDOWS");\n}\n';
  expect(added({ 'build.rs': script })).toEqual(['build.rs:2 CARGO_CFG_WINDOWS']);
});

test.each([
  ['include!', '#[cfg(windows)]\ninclude!("win.inc");'],
  [
    'include! of a path put together',
    '#[cfg(windows)]\nmod a { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/win.inc")); }',
  ],
  ['#[path]', '#[cfg(windows)]\n#[path = "win.inc"]\nmod a;'],
  ['another name of include!', 'use core::include as i;\n#[cfg(windows)]\ni!("win.inc");'],
])('rule 11.8: a changed file that only code for other targets reads, by %s', (_, lib) => {
  const before = { 'src/lib.rs': lib, 'src/win.inc': 'fn f() {}' };
  const after = { ...before, 'src/win.inc': 'fn f() {}\nfn g() {}' };
  expect(rustSources({ paths: Object.keys(after), source: (path) => textIn(after, path) })).toEqual(
    ['src/lib.rs', 'src/win.inc'],
  );
  expect(added(after, before)).toEqual(['src/win.inc:2 cfg(windows)']);
});

const textIn = (texts: Record<string, string>, path: string): string => texts[path] ?? '';

test('rule 11.8: a source is one by what reads it; data is none', () => {
  const texts = {
    'src/lib.rs': 'include!("a.inc"); const D: &str = include_str!("notes.txt");',
    'src/a.inc': '#[path = "deep.code"] mod deep;',
    'src/deep.code': '',
    'src/notes.txt': 'include!("README.md")',
    'README.md': '#[cfg(windows)] fn f() {}',
    'Cargo.toml': '',
  };
  const source = (path: string): string => textIn(texts, path);
  expect(rustSources({ paths: Object.keys(texts), source })).toEqual([
    ...['src/lib.rs', 'src/a.inc', 'src/deep.code'],
  ]);
  // Of a name that nothing tells, any file may be meant.
  const any = { ...texts, 'src/b.rs': 'include!(env!("WHAT"));' };
  const all = rustSources({ paths: Object.keys(any), source: (path) => textIn(any, path) });
  expect(all).toContain('README.md');
  expect(all).not.toContain('Cargo.toml');
});

test('rule 11.8: a hostile source takes time in proportion to its size', () => {
  const size = 300_000;
  for (const text of [
    '#[cfg(windows)]',
    '#[cfg(unix)]',
    'r#"',
    '{',
    '/*',
    'if cfg!(unix) {} else ',
    '#![cfg(windows)]',
    "'",
    '#[cfg(all(',
    'mod    ',
    'mod_a #    ',
  ]) {
    const source = text.repeat(size / text.length);
    expect(readRust(source).tokens.length).toBeLessThanOrEqual(size);
    inLib(source);
  }
});
