import { expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';

test('a -sys crate whose build script runs the C compiler: its C code is its own, and Rust that C calls is charged to its author', async () => {
  const directory = fixture('native-sys-crate');
  const expected = ['disallowed-api native net', 'disallowed-api z-sys fs'];
  const report = await check(directory);
  expect(report.problems.map(short).sort()).toEqual(expected);
  const inC = report.problems.find((p) => 'packageName' in p && p.packageName === 'z-sys');
  expect(inC?.kind === 'disallowed-api' && inC.usages[0]?.place.file).toMatch(/z\/src\/z\.c$/);
  expect((await check(directory)).problems.map(short).sort()).toEqual(expected);
});
