import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, config, fixture, short } from '../support/cackle.ts';

test('rules 6.13, 9.1: a build script with a problem never runs; what does not need it is still judged', async () => {
  const directory = fixture('held-build-script');
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
  const directory = fixture('held-proc-macro');
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
  const directory = fixture('instruction-spellings');
  const instructions = (await check(directory)).problems
    .flatMap((p) => ('instructions' in p ? p.instructions : [p.kind]))
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
  const directory = fixture('held-dylib');
  const report = await check(directory);
  expect(existsSync(join(directory, 'ran'))).toBe(false);
  expect(report.problems.map(short)).toEqual(['disallowed-api loaded fs']);
  expect(report.unchecked.map((u) => u.held)).toEqual(['build script']);
  writeFileSync(join(directory, 'cackle.toml'), config('[pkg.loaded]\nallow_apis = ["fs"]\n'));
  expect((await check(directory)).status).toBe(0);
  expect(existsSync(join(directory, 'ran'))).toBe(true);
});
