import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, fixture, short, usageLines } from '../support/cackle.ts';

/** The problems in short, and all usages as lines. */
async function judged(name: string) {
  const report = await check(fixture(name));
  return { shorts: report.problems.map(short).sort(), lines: usageLines(report), report };
}

describe('rules 4.5, 4.6, 4.7: disguises of a call', () => {
  test('a function item passed to an iterator of std', async () => {
    const { shorts, lines } = await judged('function-item-passed-on');
    expect(shorts).toEqual(['disallowed-api items fs']);
    expect(lines).toContain(
      'disallowed-api items fs crates/items/src/lib.rs:4:10 items::all -> std::fs::read',
    );
  });

  test('a function pointer in a static of a dependency', async () => {
    const { shorts, report } = await judged('function-pointer-in-static');
    expect(shorts).toEqual(['disallowed-api table fs']);
    const [problem] = report.problems;
    if (problem?.kind !== 'disallowed-api') throw new Error('no usage');
    expect(problem.usages.map((u) => [u.from, u.target, u.place.line])).toEqual([
      ['table::TABLE', 'std::fs::read_to_string', 0],
    ]);
  });

  test('a vtable behind Box<dyn Trait>, a closure on another thread', async () => {
    const { shorts, lines } = await judged('vtable-and-thread');
    expect(shorts).toEqual(['disallowed-api hidden fs', 'disallowed-api threads net']);
    expect(lines).toContain(
      'disallowed-api hidden fs crates/hidden/src/lib.rs:7:9 <hidden::R as hidden::Run>::run -> std::fs::remove_file',
    );
    expect(lines.some((l) => l.includes('lib.rs:3:17 threads::go::{closure#0} -> std::net'))).toBe(
      true,
    );
  });

  test('drop implementations, thread locals, lazy statics', async () => {
    expect((await judged('drop-and-lazy-statics')).shorts).toEqual([
      'disallowed-api drops fs',
      'disallowed-api lazy net',
      'disallowed-api locals env',
    ]);
  });

  test('a path of std re-exported by a dependency is used by who names it', async () => {
    expect((await judged('std-path-reexported')).lines).toEqual([
      'disallowed-api reexport fs src/main.rs:2:20 reexport::main -> std::fs::read',
    ]);
  });
});

describe('rules 4.3, 4.9: code that nothing in Rust calls', () => {
  test('a no_mangle function called over extern "C"; its neighbour is dead', async () => {
    expect((await judged('no-mangle-called-from-c')).lines).toEqual([
      'disallowed-api c fs crates/c/src/lib.rs:3:13 c_entry -> std::fs::read',
    ]);
  });

  test('start-up code, also with a priority', async () => {
    const { lines, report } = await judged('start-up-arrays');
    expect(lines).toEqual([
      'disallowed-api early env crates/early/src/lib.rs:2:13 early::start -> std::env::var',
      'disallowed-api early env crates/early/src/lib.rs:2:31 early::start -> std::env::VarError',
      'disallowed-api late fs crates/late/src/lib.rs:2:13 late::start -> std::fs::read',
    ]);
    const traces = report.problems.flatMap((p) => ('usages' in p ? p.usages : []));
    expect(traces.map((usage) => usage.backtrace.map((frame) => frame.name))).toContainEqual([
      'early::START',
      'early::start',
    ]);
  });

  test('assembly that names a function through data that refers to itself', async () => {
    const { shorts, report } = await judged('assembly-data-cycle');
    expect(shorts).toEqual(['disallowed-api assembly env', 'disallowed-api assembly fs']);
    const env = report.problems.find((p) => 'api' in p && p.api === 'env');
    expect(env && 'usages' in env ? env.usages.map((u) => [u.from, u.target]) : []).toEqual([
      ['enter', 'std::env::temp_dir'],
    ]);
  });

  test('C sources belong to the package whose directory holds them and whose build script compiled them', async () => {
    expect((await judged('c-sources')).lines).toEqual([
      'disallowed-api native shell crates/native/c/go.c:3:3 native_go -> system',
    ]);
  });
});

describe('rules 4.7, 4.8, 4.13: code of two packages in one place', () => {
  test('the body of a generic belongs to its crate, its arguments to who chose them', async () => {
    const { shorts, lines } = await judged('generic-body-and-arguments');
    expect(shorts).toEqual(['disallowed-api generic net', 'disallowed-api generics fs']);
    expect(lines).toContain(
      'disallowed-api generics fs src/main.rs:3:5 generics::main -> std::path::PathBuf',
    );
    expect(lines.every((l) => !l.includes(' generic net') || l.includes('lib.rs:2:'))).toBe(true);
  });

  test('not a usage: what the referring function is named after (Either<Path, Path>)', async () => {
    expect((await judged('type-arguments-of-either')).shorts).toEqual([
      'disallowed-api either-user fs',
    ]);
  });

  test('a macro is used where it is invoked, unless it keeps its own places', async () => {
    const { shorts, lines } = await judged('macro-places');
    expect(shorts).toEqual(['disallowed-api macros fs', 'disallowed-api wraps net']);
    expect(lines).toContain(
      'disallowed-api macros fs src/main.rs:2:5 macros::main -> std::fs::read',
    );
    expect(
      lines.some((l) => /wraps net crates\/wraps\/src\/lib.rs:11:\d+ macros::main -> /.test(l)),
    ).toBe(true);
  });

  test('one file in two packages: both are judged', async () => {
    const { shorts } = await judged('one-file-two-packages');
    expect(shorts).toEqual([
      'disallowed-api one fs',
      'disallowed-api two fs',
      'disallowed-unsafe one',
      'disallowed-unsafe two',
    ]);
  });

  test('a file that a build script wrote belongs to its package', async () => {
    const { shorts, lines } = await judged('generated-source');
    expect(shorts).toEqual(['disallowed-api made net', 'disallowed-unsafe made']);
    expect(lines[0]).toMatch(
      /^disallowed-api made net target\/.*\/out\/made\.rs:2:13 made::go -> std::net/,
    );
  });
});

/** A check that includes the program's LTO link of std takes its time: one workspace for all of it. */
test('rules 3.1, 4.2, 4.7, 4.10: release with fat LTO, where inlined calls and statics of all packages are in one object', async () => {
  const { shorts, lines } = await judged('fat-lto');
  expect(shorts).toEqual([
    'disallowed-api items fs',
    'disallowed-api leaf fs',
    'disallowed-api lto door',
    'disallowed-api middle env',
    'disallowed-api table fs',
  ]);
  expect(lines).toContain(
    'disallowed-api leaf fs crates/leaf/src/lib.rs:3:5 leaf::size -> std::fs::read',
  );
});

describe('rules 3.4, 4.12: not a usage', () => {
  test("a target of the user's own crates", async () => {
    expect((await judged('own-crate-as-target')).lines).toEqual([
      'disallowed-api own door src/main.rs:2:5 own::main -> provider::door::open',
    ]);
  });

  test('but a target that is only named like a dependency is no crate of its own', async () => {
    expect((await judged('named-like-a-dependency')).lines).toEqual([
      'disallowed-api sly door crates/sly/src/lib.rs:2:5 sly::go -> provider::door::open',
    ]);
  });
});

describe('rule 4.3: live', () => {
  test('dead functions, generics, methods, statics and vtables of a live crate never count', async () => {
    expect((await judged('dead-code')).shorts).toEqual([]);
  });

  test('a strong definition beats a weak one, in whichever archive it came first', async () => {
    const assemble = (directory: string, name: string, text: string): void => {
      const object = join(directory, `${name}.o`);
      execFileSync('cc', ['-c', '-x', 'assembler', '-', '-o', object], { input: text });
      execFileSync('ar', ['crs', join(directory, `lib${name}.a`), object]);
    };
    const text = (binding: string, calls: string, entry: string, more: string): string =>
      `.section .text.hook,"ax"\n.${binding} hook\n.type hook,@function\nhook: call ${calls}\nret\n.section .text.${entry},"ax"\n.globl ${entry}\n.type ${entry},@function\n${entry}: ${more}\nret\n.section .note.GNU-stack,"",@progbits\n`;
    const directory = fixture('strong-beats-weak');
    assemble(directory, 'first', text('weak', 'weak_hook', 'first', 'call hook'));
    assemble(directory, 'second', text('globl', 'strong_hook', 'second', 'nop'));
    mkdirSync(join(directory, '.cargo'));
    writeFileSync(
      join(directory, '.cargo/config.toml'),
      `[build]\nrustflags = ["-Lnative=${directory}", "-lstatic=first", "-lstatic=second"]\n`,
    );
    expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api weak fs']);
  });
});
