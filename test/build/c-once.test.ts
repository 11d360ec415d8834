import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, fixture } from '../support/cackle.ts';

test('C code is compiled once for a permission, and not by checks that end with problems', async () => {
  const directory = fixture('c-in-build-script');
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
