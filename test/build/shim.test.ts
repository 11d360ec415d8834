import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureShim } from '../../engine/build/shim.ts';
import { readToolchain } from '../../engine/workspace/toolchain.ts';
import { cackle, fixture, workspacePlace } from '../support/cackle.ts';

test('rule 9.6: no variable of the loader brings code into the shim', async () => {
  const directory = workspacePlace('shim-static');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const shim = await ensureShim(await readToolchain('/', 'rustc'), directory);
  // The loader would say that it cannot find that.
  const env = { LD_PRELOAD: '/nowhere/evil.so' };
  expect(spawnSync(shim, { env, encoding: 'utf8' }).stderr).not.toContain('evil.so');
  expect(spawnSync('/bin/true', { env, encoding: 'utf8' }).stderr).toContain('evil.so');
});

test('rule 9.7: the linker gets a response file as it was judged, whatever it says by then', async () => {
  const directory = fixture('response-changes');
  const linker = join(directory, 'my-gcc');
  writeFileSync(
    linker,
    '#!/bin/sh\ncase "$1" in @*) echo -lcackle-nowhere > args;; esac\nexec cc "$@"\n',
  );
  chmodSync(linker, 0o755);
  // A program is really linked only where it is to run.
  const ran = await cackle(['-n', '--path', directory, 'run'], {
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER: linker,
  });
  expect([ran.status, ran.stderr.includes('cackle-nowhere')]).toEqual([0, false]);
});
