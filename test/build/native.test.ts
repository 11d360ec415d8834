import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, type Ran, short } from '../support/cackle.ts';

test('a -sys crate whose build script runs the C compiler: its C code is its own, and Rust that C calls is charged to its author', async () => {
  const directory = fixture('native-sys-crate');
  const expected = ['disallowed-api native net', 'disallowed-api z-sys fs'];
  const report = await check(directory);
  expect(report.problems.map(short).sort()).toEqual(expected);
  const inC = report.problems.find((p) => 'packageName' in p && p.packageName === 'z-sys');
  expect(inC?.kind === 'disallowed-api' && inC.usages[0]?.place.file).toMatch(/z\/src\/z\.c$/);
  expect((await check(directory)).problems.map(short).sort()).toEqual(expected);
});

const optimised = '\n[profile.cackle]\ninherits = "dev"\nlto = "fat"\n';

test('rule 9.15: with link-time optimisation, the C code of a library is in a copy of it, and still its own', async () => {
  const manifest = readFileSync(join(fixture('native-sys-crate'), 'Cargo.toml'), 'utf8');
  const directory = fixture('native-sys-crate', {
    files: { 'Cargo.toml': `${manifest}${optimised}` },
    as: 'native-sys-crate-lto',
  });
  const expected = ['disallowed-api native net', 'disallowed-api z-sys fs'];
  expect((await check(directory)).problems.map(short).sort()).toEqual(expected);
  const again = await check(directory, ['--verify']);
  expect(again.problems.map(short).sort()).toEqual(expected);
  // The copy is gone, which is no reason to build again.
  expect(again.counts.unitsBuilt).toBe(0);
});

describe('rule 9.15: what only lies where rustc leaves its copies, under the name of a library', () => {
  const planted = (what: string): Promise<Ran> =>
    cackle(['-n', '--path', fixture('planted-copy', { as: `planted-${what}` })], { PLANTED: what });

  test.each([
    ['another archive', 'another'],
    ['the library with a member more', 'more'],
    ['another member of the same name', 'instead'],
  ])('%s is refused', async (_, what) => {
    const ran = await planted(what);
    expect(ran.stderr).toMatch(
      /rustcAbc123\/libcompiler_builtins-\w+\.rlib, which no unit of this build made/,
    );
    expect([ran.status, ran.stdout]).toEqual([2, '']);
  });

  test('a part of the library is the library', async () => {
    const ran = await planted('part');
    expect(ran.stdout).toContain('no problems');
    expect(ran.status).toBe(0);
  });
});

const planting = `use std::process::Command;
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let place = format!("{out}/../../../deps/rustcAbc123");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(format!("{out}/other.c"), "int other;").unwrap();
    let run = |program: &str, args: &[&str]| {
        assert!(Command::new(program).args(args).current_dir(&out).status().unwrap().success());
    };
    run("gcc", &["-c", "other.c"]);
    run("ar", &["crs", &format!("{place}/libz_c.a"), "other.o"]);
    println!("cargo:rustc-link-arg-bins={place}/libz_c.a");
}
`;

describe('rule 9.15: a C library that is put into a Rust library as a whole', () => {
  const source = (path: string): string =>
    readFileSync(join(fixture('native-sys-crate'), path), 'utf8');
  const whole = source('z/build.rs').replace('static=', 'static:+whole-archive,+bundle=');

  test('rule 4.9: its code is of the package that brought it', async () => {
    const directory = fixture('native-sys-crate', {
      files: { 'z/build.rs': whole },
      as: 'native-sys-crate-whole',
    });
    const expected = ['disallowed-api native net', 'disallowed-api z-sys fs'];
    expect((await check(directory)).problems.map(short).sort()).toEqual(expected);
    const again = await check(directory, ['--verify']);
    expect([again.problems.length, again.counts.unitsBuilt]).toEqual([expected.length, 0]);
  });

  test('another file of its name is refused', async () => {
    const directory = fixture('native-sys-crate', {
      files: {
        'z/build.rs': whole,
        'build.rs': planting,
        'cackle.toml': `${source('cackle.toml')}[pkg.native.build]
allow_apis = ["env", "fs", "process"]
allow_build_instructions = ["cargo:rustc-link-arg-bins=*"]
`,
      },
      as: 'native-sys-crate-planted',
    });
    const ran = await cackle(['-n', '--path', directory]);
    expect(ran.stderr).toContain('rustcAbc123/libz_c.a, which no unit of this build made');
    expect([ran.status, ran.stdout]).toEqual([2, '']);
  });
});
