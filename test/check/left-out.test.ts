import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanSource } from '../../engine/parsers/parsers.ts';

/** Writes programs of nested code with conditions before all that can have one, an `extern` block at most a line. */
class Writer {
  private next = 0;
  private state: number;
  readonly lines: string[] = [];

  constructor(seed: number) {
    this.state = seed * 2654435761 + 1;
  }

  private random(below: number): number {
    this.state = (Math.imul(this.state, 1103515245) + 12345) & 0x7fffffff;
    return (this.state >> 8) % below;
  }

  private one<T>(list: readonly T[]): T {
    return list[this.random(list.length)] as T;
  }

  private name(prefix: string): string {
    return `${prefix}${this.next++}`;
  }

  private predicate(depth = 0): string {
    const inner = (): string => this.predicate(depth + 1);
    const some = (): string => Array.from({ length: this.random(3) }, inner).join(', ');
    const atoms = ['unix', 'windows', 'debug_assertions', 'chosen', 'unchosen', 'test', 'false'];
    const pairs = [
      'feature = "on"',
      'feature = "off"',
      'panic = "unwind"',
      'target_os = "l\\x69nux"',
    ];
    const more = ['target_feature = "sse2"', 'target_feature = "avx512f"', 'target_env = r"msvc"'];
    switch (this.random(depth > 2 ? 2 : 6)) {
      case 0:
        return this.one([...pairs, ...more]);
      case 1:
      case 2:
        return this.one(atoms);
      case 3:
        return `not(${inner()})`;
      default:
        return `${this.one(['all', 'any'])}(${some()})`;
    }
  }

  private attributes(): string {
    const one = (): string =>
      this.one([
        () => `#[cfg(${this.predicate()})] `,
        () => `#[cfg(${this.predicate()},)]\n`,
        () => `# [ cfg ( ${this.predicate()} ) ] /* x */ `,
        () => '#[allow(unused)] ',
        () => `#[cfg_attr(${this.predicate()}, allow(dead_code), cfg(${this.predicate()}))] `,
        () => '/// text\n',
      ])();
    return Array.from({ length: this.random(4) }, one).join('');
  }

  private block(depth: number): string {
    const body = Array.from({ length: 1 + this.random(3) }, () => this.statement(depth + 1)).join(
      '',
    );
    return `{\n${body}}`;
  }

  private statement(depth: number): string {
    const use = `extern "C" { fn ${this.name('u')}(); }\n`;
    if (depth > 4) return `${this.attributes()}${use}`;
    const inner = (): string => this.block(depth);
    const before = this.attributes();
    return this.one([
      () => `${before}${use}`,
      () => `${before}${inner()}\n${use}`,
      () => `${before}let ${this.name('_v')} = 1;\n${use}`,
      () => `${before}let ${this.name('_v')} = ${inner()};\n`,
      () => `${before}if true ${inner()} else ${inner()}\n`,
      () => `${before}for _ in 0..1 ${inner()}\n${use}`,
      () => `${before}match 1 { ${this.attributes()}2 => ${inner()} _ => ${inner()} }\n`,
      () => `${before}const {}\n${use}`,
      () => `${before}loop ${inner()}\n`,
      () => `${before}id! { ${inner()} }\n${use}`,
      () => `${before}strip! { #[cfg(${this.predicate()})] ${inner()} }\n${use}`,
      () => `${before}fn ${this.name('f')}() ${inner()}\n`,
      () => `${before}const ${this.name('C')}: [u8; { 1 }] = { fn k() ${inner()} [1] };\n${use}`,
      () => `let _ = (|| ${inner()}, [1, 2]);\n${use}`,
      () => `g((${inner()}));\n`,
    ])();
  }

  item(depth: number): string {
    const before = this.attributes();
    const inner = (): string => this.block(depth);
    const items = (): string => this.items(depth + 1);
    const leaf = (): string => `${before}pub fn ${this.name('f')}() ${inner()}\n`;
    if (depth > 3) return leaf();
    return this.one([
      leaf,
      () =>
        `${before}pub(crate) const fn ${this.name('f')}<const N: usize>() -> [u8; { 2 }] { fn k() ${inner()} [0, 0] }\n`,
      () => `${before}pub mod ${this.name('m')} {\nuse super::*;\n${items()}}\n`,
      () =>
        `${before}mod ${this.name('m')} {\n#![cfg(${this.predicate()})]\nuse super::*;\n${items()}}\n`,
      () => `${before}struct ${this.name('S')}<const N: usize = { 3 }>;\n`,
      () => `${before}static ${this.name('X')}: fn() = { fn k() ${inner()} k };\n`,
      () => {
        const name = this.name('T');
        return `pub struct ${name}<const N: usize>;\n${before}impl ${name}<{ 4 }> {\n${this.attributes()}fn a() ${inner()}\n${this.attributes()}fn b() ${inner()}\n}\n`;
      },
      () => `${before}trait ${this.name('Q')} { ${this.attributes()}fn a() ${inner()} fn b();\n}\n`,
      () => `${before}id! { ${items()} }\n`,
      () => `${before}strip! { #[cfg(${this.predicate()})] ${this.item(depth + 1)} }\n`,
      () => {
        const name = this.name('w');
        return `macro_rules! ${name} { () => { ${items()} } }\n${before}${name}!();\n`;
      },
      () =>
        `${before}enum ${this.name('E')} { #[cfg(${this.predicate()})] A = { fn k() ${inner()} 1 }, B }\n`,
    ])();
  }

  private items(depth: number): string {
    return Array.from({ length: 1 + this.random(4) }, () => this.item(depth)).join('');
  }

  program(): string {
    const head =
      'macro_rules! id { ($($t:tt)*) => { $($t)* } }\nmacro_rules! strip { (#[$m:meta] $($t:tt)*) => { $($t)* } }\npub fn g<T>(_: T) {}\n';
    return `#![allow(warnings)]\n${head}${this.items(0)}${this.items(0)}${this.items(0)}`;
  }
}

const settings = ['--cfg', 'chosen', '--cfg', 'feature="on"'];

/** Lines on which rustc sees an `extern` block; undefined for what it does not compile. */
function seenByRustc(file: string): Set<number> | undefined {
  const args = [
    '--edition',
    '2021',
    '--crate-type',
    'lib',
    '--emit',
    'metadata',
    // Never /dev/null: rustc puts a file in its place, and root may.
    '-o',
    `${file}.rmeta`,
  ];
  const run = spawnSync(
    'rustc',
    [
      ...args,
      '--error-format',
      'json',
      '--force-warn',
      'missing_unsafe_on_extern',
      ...settings,
      file,
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (run.status !== 0) return undefined;
  const lines = new Set<number>();
  for (const text of run.stderr.split('\n').filter((line) => line.startsWith('{'))) {
    const { code, spans } = JSON.parse(text);
    if (code?.code !== 'missing_unsafe_on_extern') continue;
    for (const span of spans) if (span.is_primary) lines.add(span.line_start);
  }
  return lines;
}

test('rule 4.18: of generated programs, nothing is left out that rustc compiles', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cackle-left-out-'));
  const printed = spawnSync('rustc', ['--print', 'cfg'], { encoding: 'utf8' }).stdout;
  const cfg = `${printed}chosen\nfeature="on"\n`;
  const seeds = Number(process.env.LEFT_OUT_SEEDS ?? 20);
  let [compiled, left, found] = [0, 0, 0];
  for (let seed = 1; compiled < seeds && seed < 20 * seeds; seed++) {
    const text = new Writer(seed).program();
    const file = join(directory, `p${seed}.rs`);
    writeFileSync(file, text);
    const seen = seenByRustc(file);
    if (seen === undefined) continue;
    compiled++;
    const bytes = Buffer.from(text);
    const [all, ours] = ['', cfg].map((set) => new Set(scanSource(bytes, set).line));
    const lost = [...seen].filter((line) => ours?.has(line) !== true);
    expect(lost, `${file}: lines of extern blocks that are left out`).toEqual([]);
    found += ours?.size ?? 0;
    left += (all?.size ?? 0) - (ours?.size ?? 0);
  }
  expect(compiled).toBe(seeds);
  // It does leave something out.
  expect(left / (left + found)).toBeGreaterThan(0.1);
}, 240_000);
