import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { config, manifest, workspace } from '../support/cackle.ts';

test('an interrupt ends what a build script left in the background, and waits for none of it', async () => {
  const directory = workspace('daemon', {
    'Cargo.toml': manifest('daemon'),
    // Both daemons ignore SIGINT; one keeps the pipes that it was given.
    'build.rs': `use std::process::{Command, Stdio};
fn main() {
    let quiet = Command::new("sh").args(["-c", "trap '' INT; sleep 300; :"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let loud = Command::new("sh").args(["-c", "trap '' INT; sleep 300; :"]).spawn().unwrap();
    std::fs::write("pids.new", format!("{} {}", quiet.id(), loud.id())).unwrap();
    std::fs::rename("pids.new", "pids").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(300));
}`,
    'src/main.rs': 'fn main() {}',
    'cackle.toml': config('[pkg.daemon.build]\nallow_apis = ["fs", "process"]\n'),
  });
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
