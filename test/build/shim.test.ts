import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
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

test('rule 9.6: nor does the path that cargo sets, where nothing can be linked without the loader', async () => {
  const directory = workspacePlace('shim-dynamic');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'planted'), { recursive: true });
  const toolchain = await readToolchain('/', 'rustc');
  const rustc = join(directory, 'rustc');
  writeFileSync(
    rustc,
    `#!/bin/sh\ncase "$*" in *crt-static*) exit 1;; esac\nexec ${toolchain.rustc} "$@"\n`,
  );
  chmodSync(rustc, 0o755);
  // What this test makes is not for the user's cache.
  vi.stubEnv('XDG_CACHE_HOME', join(directory, 'cache'));
  const shim = await ensureShim({ ...toolchain, rustc }, directory);
  vi.unstubAllEnvs();
  for (const name of ['libc.so.6', 'libgcc_s.so.1'])
    writeFileSync(join(directory, 'planted', name), '');
  const env = { LD_LIBRARY_PATH: join(directory, 'planted') };
  const ran = spawnSync(shim, { env, encoding: 'utf8' });
  expect([ran.status, ran.stderr]).toEqual([1, expect.not.stringContaining('too short')]);
  // It has a loader all the same.
  const audited = spawnSync(shim, { env: { LD_PRELOAD: '/nowhere/evil.so' }, encoding: 'utf8' });
  expect(audited.stderr).toContain('evil.so');
  expect(spawnSync('/bin/true', { env, encoding: 'utf8' }).stderr).toContain('too short');
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
