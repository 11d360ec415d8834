import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackleTerminal, keys } from '../../tools/terminal.ts';
import { kinds } from '../sandbox/support.ts';
import { fixture } from '../support/cackle.ts';

// Rule 6.17: signals to cackle reach the program that runs, once, and nothing is left running.

/** Processes whose program is in a directory or below it. */
function programsOf(directory: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/exe`).startsWith(directory);
    } catch {
      return false;
    }
  });
}

/** Runs cackle in a directory, and sends it a signal, to it alone, when its program waits. */
function signalled(directory: string, args: readonly string[], signal: NodeJS.Signals) {
  const cli = join(packageRoot(), 'dist', 'cli.js');
  const child = spawn(process.execPath, [cli, '--path', directory, ...args], { stdio: 'pipe' });
  let output = '';
  let sent = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (sent || !/^\w+ waits$/m.test(output)) return;
      sent = true;
      child.kill(signal);
    });
  return new Promise<{ status: number | null; by: string | null; output: string }>((done) => {
    child.on('close', (status, by) => done({ status, by, output }));
  });
}

const sandboxed = (directory: string, kind: string): string =>
  readFileSync(join(packageRoot(), 'test/fixtures', directory, 'cackle.toml'), 'utf8').replace(
    '"Disabled"',
    `"${kind}"`,
  );

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

test('run: each signal reaches the program, whose end is ours', async () => {
  const directory = fixture('waits-for-a-signal');
  for (const [signal, number] of Object.entries(numbers)) {
    const ran = await signalled(directory, ['run'], signal as NodeJS.Signals);
    expect(ran.output).toContain(`program got signal ${number}, 1 in all`);
    expect([ran.status, ran.by]).toEqual([7, null]);
    expect(programsOf(directory)).toEqual([]);
  }
});

test('run: Ctrl-C reaches the program once, from the terminal', async () => {
  const directory = fixture('waits-for-a-signal');
  const terminal = cackleTerminal(['--path', directory, 'run']);
  await terminal.until((screen) => screen.includes('program waits'), 60_000);
  terminal.send(keys.ctrlC);
  expect(await terminal.end()).toBe(7);
  expect(terminal.raw).toContain('program got signal 2, 1 in all');
});

for (const [kind, missing] of [['Disabled', undefined], ...kinds] as const)
  test.skipIf(missing !== undefined)(
    `test, with the sandbox ${kind}: each signal reaches the test that runs, and no other starts`,
    async () => {
      const files =
        kind === 'Disabled' ? {} : { 'cackle.toml': sandboxed('waits-for-a-signal', kind) };
      const directory = fixture('waits-for-a-signal', { files });
      for (const [signal, number] of Object.entries(numbers)) {
        const args = ['test', '--no-fail-fast', '--test', '*'];
        const ran = await signalled(directory, args, signal as NodeJS.Signals);
        expect(ran.output.match(/^\w+ got signal .*$/gm)).toEqual([
          `first got signal ${number}, 1 in all`,
        ]);
        expect(ran.output).not.toContain('second waits');
        expect(ran.output).toContain('does not start: cackle was asked to end');
        expect([ran.status, ran.by]).toEqual([101, null]);
        expect(programsOf(directory)).toEqual([]);
      }
    },
  );
