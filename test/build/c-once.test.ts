import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, config, manifest, workspace } from '../support/cackle.ts';

/** A package whose build script compiles C with the `cc` crate, as `-sys` crates do. */
const files = {
  'Cargo.toml': manifest('counts', '[dependencies]\nadd-sys = { path = "add-sys" }\n'),
  'src/main.rs': 'fn main() { println!("{}", unsafe { add_sys::add(40, 2) }); }',
  'add-sys/Cargo.toml': manifest('add-sys', 'links = "add"\n[build-dependencies]\ncc = "1.2"\n'),
  'add-sys/src/lib.rs': 'extern "C" { pub fn add(a: i32, b: i32) -> i32; }',
  'add-sys/c/add.c': 'int more(int, int); int add(int a, int b) { return more(a, b); }',
  'add-sys/c/more.c': 'int more(int a, int b) { return a + b; }',
  'add-sys/build.rs': `fn main() {
    println!("cargo::rerun-if-changed=c");
    cc::Build::new().file("c/add.c").file("c/more.c").compile("add");
  }`,
};

test('C code is compiled once for a permission, and not by checks that end with problems', async () => {
  const directory = workspace('real-native', {
    ...files,
    'cackle.toml': config().replace('version = 3', 'version = 3\nbuild_flags = ["--bins"]'),
  });
  const log = join(directory, 'cc.log');
  const compiler = join(directory, 'compiler');
  writeFileSync(compiler, `#!/bin/sh\necho "$*" >> ${log}\nexec cc "$@"\n`);
  chmodSync(compiler, 0o755);
  const env = { CC: compiler };
  /** Each of its C files, as often as it was compiled; cc itself tries out options on others. */
  const compiled = (): string[] => {
    const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
    return lines.flatMap((line) => / -c .*?\b((?:add|more)\.c)$/.exec(line)?.[1] ?? []).sort();
  };
  const once = ['add.c', 'more.c'];

  const first = await check(directory, [], env);
  expect([first.status, compiled()]).toEqual([1, []]);
  const second = await check(directory, [], env);
  expect([second.status, second.counts.unitsBuilt, compiled()]).toEqual([1, 0, []]);

  const accepted = await cackle(
    ['-n', '--auto-accept-fixes', '--output-format', 'json', '--path', directory],
    env,
  );
  expect([accepted.status, accepted.stderr]).toEqual([0, expect.anything()]);
  expect(JSON.parse(accepted.stdout).counts.compiledAgain).toBe(0);
  expect(compiled()).toEqual(once);
  const clean = await check(directory, [], env);
  expect([clean.status, clean.counts.unitsBuilt]).toEqual([0, 0]);

  // Without the instructions: the script says again what it says, once; then nothing, in either direction.
  const path = join(directory, 'cackle.toml');
  const allowed = readFileSync(path, 'utf8');
  writeFileSync(path, allowed.replace(/^build\.allow_build_instructions = (?:\[[^\]]*\])\n/m, ''));
  expect(readFileSync(path, 'utf8')).not.toBe(allowed);
  expect((await check(directory, [], env)).status).toBe(1);
  const before = compiled();
  const less = await check(directory, [], env);
  expect([less.status, less.counts.unitsBuilt, compiled()]).toEqual([1, 0, before]);
  writeFileSync(path, allowed);
  const back = await check(directory, [], env);
  expect([back.status, back.counts.compiledAgain, compiled()]).toEqual([0, 0, before]);

  const ran = await cackle(['--path', directory, 'run'], env);
  expect([ran.status, ran.stdout]).toEqual([0, '42\n']);
  expect(compiled()).toEqual(before);
}, 600_000);
