import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { fixture } from '../support/cackle.ts';

test('an interrupt ends what a build script left in the background, and waits for none of it', async () => {
  const directory = fixture('background-daemon');
  const program = [join(packageRoot(), 'dist', 'cli.js'), '-n', '--path', directory];
  const child = spawn(process.execPath, program, { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  const pids = join(directory, 'pids');
  for (let tries = 0; !existsSync(pids) && tries < 600; tries++) await sleep(100);
  const daemons = readFileSync(pids, 'utf8').split(' ');
  const started = performance.now();
  child.kill('SIGINT');
  await ended;
  expect(performance.now() - started).toBeLessThan(15_000);
  const alive = (pid: string): boolean =>
    existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  await sleep(200);
  expect(daemons.filter(alive)).toEqual([]);
});
