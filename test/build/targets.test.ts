import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';

const host = /^host: (\S+)$/m.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' }))?.[1] ?? '';

test('rule 6.11: the host as --target: build scripts and proc macros are built apart, and all is judged', async () => {
  const directory = fixture('host-as-target');
  for (const _ of [1, 2]) {
    const report = await check(directory, ['--target', host]);
    expect(report.problems.map(short)).toEqual([]);
    expect(report.grants.length).toBe(2);
  }
  const refused = await check(fixture('targets-refused'));
  expect(refused.problems.map(short).sort()).toEqual([
    'disallowed-api helper fs',
    'disallowed-api macros net',
  ]);
});

test.each([
  [
    'a target that has no standard library here',
    'aarch64-unknown-linux-gnu',
    'rustup target add aarch64-unknown-linux-gnu',
  ],
  ['a target that does not exist', 'no-such-target', 'no-such-target'],
  ['a target whose object files are not ELF', 'wasm32-unknown-unknown', 'ELF'],
])('%s is a clear error', async (_, target, message) => {
  const directory = fixture('target-without-std');
  const ran = await cackle(['-n', '--path', directory, '--target', target]);
  expect(ran.stderr).toContain(message);
  expect(ran.status).toBe(2);
});
