import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSystemFunction, systemFunctions } from '../../engine/config/system-functions.ts';
import type { ProblemOf } from '../../engine/problems/kinds.ts';
import { mergeProblems } from '../../engine/problems/merge.ts';
import { check, fixture, short, usageLines } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';

const keywords = ['calls', 'caller', 'execve', 'native', 'owner', 'passes']
  .map((name) => `[pkg.${name}]\nallow_unsafe = true\nallow_extern = true\n`)
  .join('');
const script =
  '[pkg.native.build]\nallow_apis = ["env", "process"]\nallow_build_instructions = ["cargo:rustc-link-*"]\n';

test('rules 4.26, 5.28: calls of Rust and C code, in tables and by function items; not what is dead, a member’s, or the package’s own', async () => {
  // The marks say the rest: nothing of `owner` and `connect`.
  const { problems } = await check(fixture('system-functions/workspace'));
  const net = problems.find(
    (p): p is ProblemOf<'system-functions'> =>
      p.kind === 'system-functions' && p.packageName === 'caller' && p.api === 'net',
  );
  expect(net?.functions).toEqual(['accept', 'connect', 'socket']);
  expect(net?.usages.map(({ backtrace }) => backtrace.at(-1)?.name)).toEqual([
    'caller::taken',
    'caller::reach',
    'caller::dial',
  ]);
});

test('rules 2.7, 4.26, 5.18: not what the API includes, excludes or does not ask about; what is included is watched like any path', async () => {
  const apis = [
    ...['[api.net]', 'include = ["accept", "connect", "socket"]', 'no_auto_detect = ["native"]'],
    // Rule 5.18 does not call a function of another system unmatched.
    ...[
      '[api.process]',
      'include = ["CreateProcessW", "execve"]',
      '[api.fs]',
      'exclude = ["unlink"]',
    ],
    ...['[api.env]', 'include = ["chdir"]\n'],
  ];
  const config = keywords + script + apis.join('\n');
  const directory = fixture('system-functions/workspace', { config, as: 'settled' });
  const lines = usageLines(await check(directory)).map((line) =>
    line.replace(/\S*\/(?=src)/, '').replace(/(option\.rs):\S+/, '$1'),
  );
  expect(lines).toEqual([
    'disallowed-api caller net src/lib.rs:10:23 caller::dial -> socket',
    'disallowed-api caller net src/lib.rs:15:28 caller::reach -> connect',
    // A version of it: `accept@GLIBC_2.2.5`.
    'disallowed-api caller net src/lib.rs:26:14 caller::taken -> accept',
    'disallowed-api caller net src/lib.rs:30:14 caller::again -> connect',
    // A path covers the crate of this name, too.
    'disallowed-api calls net src/main.rs:14:47 calls::main -> connect::all',
    'disallowed-api calls process src/main.rs:12:63 calls::main -> execve::run',
    // The function is no crate's, whatever the caller's is called.
    'disallowed-api execve process src/lib.rs:6:14 execve::run -> execve',
    'disallowed-api passes env src/option.rs <core::option::Option<*const u8>>::map::<i32, passes::chdir> -> chdir',
  ]);
});

test('rule 4.26: only APIs that cackle.toml defines', async () => {
  const config = `[common]\nversion = 3\n[sandbox]\nkind = "Disabled"\n${keywords}${script}`;
  const directory = fixture('system-functions/workspace', { as: 'undefined' });
  writeFileSync(join(directory, 'cackle.toml'), config.replace('["env", "process"]', '[]'));
  expect(usageLines(await check(directory))).toEqual([]);
});

test('rule 5.19: calls of one package and API are one problem, each function once', () => {
  const problem = (...functions: string[]): ProblemOf<'system-functions'> => ({
    kind: 'system-functions',
    packageLabel: 'p',
    packageName: 'p',
    api: 'net',
    functions,
    usages: functions.map((target) => ({
      place: { file: 'a.rs', line: 1, column: 1 },
      ...{ from: 'f', fromNames: [], target, targetNames: [target], output: 'p (bin)' },
      backtrace: [],
    })),
  });
  const [merged, ...others] = mergeProblems([problem('socket'), problem('connect', 'socket')]);
  expect(others).toEqual([]);
  expect(merged).toMatchObject({
    functions: ['connect', 'socket'],
    usages: [{ target: 'socket' }, { target: 'connect' }],
  });
});

test('rule 4.26: the table has functions of each system, in one API each, and none that every program calls', () => {
  const all = [...systemFunctions.values()].flatMap((functions) => [...functions]);
  expect(all.length).toBe(new Set(all).size);
  for (const name of all) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
  for (const name of [
    'connect',
    'posix_spawn',
    'open64',
    'CreateProcessW',
    'nw_connection_create',
    'NtCreateThreadEx',
    '__connect_nocancel',
    'ws2_32_dll::ordinal_4',
  ])
    expect(isSystemFunction(name), name).toBe(true);
  for (const name of [
    'read',
    'write',
    'close',
    'exit',
    'abort',
    'malloc',
    'mmap',
    'fstat',
    'ws2_32_dll',
  ])
    expect(isSystemFunction(name), name).toBe(false);
});

test.skipIf(noTargets !== undefined)(
  `rule 4.26: functions of Windows, by import libraries and raw-dylib ${noTargets ?? ''}`,
  async () => {
    const directory = fixture('system-functions-of-windows/workspace');
    const { problems } = await check(directory);
    const targets = ['x86_64-pc-windows-gnu', 'x86_64-pc-windows-msvc'];
    expect(
      problems.map((p) => 'usages' in p && p.usages.map((u) => [u.target, u.targets])),
    ).toEqual([
      // Imported under another name.
      [['DeleteFileW', targets]],
      [['RemoveDirectoryW', targets]],
      [['WSASocketW', targets]],
      [['CreateProcessW', targets]],
      // Its own MoveFileW is no function of the system.
      // By number it may be any function: one of each API. One that is imported so and never called is none.
      ...[1, 2, 3, 4].map(() => [['ws2_32_dll::ordinal_4', targets]]),
      [['CopyFileW', targets]],
    ]);
    // What is included is watched, by the name in the DLL, and by number.
    const file = join(directory, 'cackle.toml');
    const apis = '[api.fs]\ninclude = ["DeleteFileW"]\n[api.net]\ninclude = ["ws2_32_dll"]\n';
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n${apis}`);
    const again = await check(directory);
    const of = (name: string): string[] =>
      again.problems.map(short).filter((text) => text.includes(` ${name} `));
    expect(of('imports')).toEqual(['disallowed-api imports fs']);
    expect(of('numbered')).toEqual([
      'disallowed-api numbered net',
      ...['env', 'fs', 'process'].map((api) => `system-functions numbered ${api}`),
    ]);
  },
);
