import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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

const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim();
const elsewhere = ['aarch64-unknown-linux-gnu', 'riscv64gc-unknown-linux-gnu'].find(
  (target) => !existsSync(join(sysroot, 'lib', 'rustlib', target)),
);

test.each<[string, string, string]>([
  ...(elsewhere === undefined
    ? []
    : ([
        ['a target that has no standard library here', elsewhere, `rustup target add ${elsewhere}`],
      ] satisfies [[string, string, string]])),
  ['a target that does not exist', 'no-such-target', 'no-such-target'],
  ['a target whose object files are not ELF', 'wasm32-unknown-unknown', 'ELF'],
])('%s is a clear error', async (_, target, message) => {
  const directory = fixture('target-without-std');
  const ran = await cackle(['-n', '--path', directory, '--target', target]);
  expect(ran.stderr).toContain(message);
  expect(ran.status).toBe(2);
});
