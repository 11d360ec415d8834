import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Terminal } from '../../tools/terminal.ts';
import { fixture } from '../support/cackle.ts';
import { allowing, smallWorkspace, startUi } from './support.ts';

let terminal: Terminal;
afterEach(() => terminal.close());

test('rules 5.10, 8.4: a build script that fails: what it said can be read; r checks again once it is fixed', async () => {
  const directory = fixture('build-script-that-fails-loudly', { as: 'ui failing' });
  terminal = startUi(directory);
  const screen = await terminal.until('its build script failed: exit status 3');
  expect(screen).toContain('said 59');
  terminal.send('f');
  await terminal.until('No edit of cackle.toml helps here.');
  terminal.send('d');
  await terminal.until(/60 of 60 ──[\s\S]*said 59\n/);
  terminal.send('\u001b[H');
  await terminal.until('said 0\n');
  terminal.send('\u001b');
  writeFileSync(join(directory, 'build.rs'), 'fn main() {}\n');
  await terminal.until('what is left is up to you');
  terminal.send('r');
  expect(await terminal.end()).toBe(0);
});

test('rule 6.6: what does not compile ends the UI with status 2, and cargo says why', async () => {
  const directory = smallWorkspace('ui not compiling', allowing('process'));
  writeFileSync(join(directory, 'sender/src/lib.rs'), 'pub fn send() { missing() }\n');
  terminal = startUi(directory);
  expect(await terminal.end()).toBe(2);
  expect(terminal.isAlternate).toBe(false);
  expect(terminal.screen()).toContain('cannot find function `missing`');
  expect(terminal.screen()).toContain('error: the workspace does not compile');
});

test('rules 2.1, 6.6: a cackle.toml that cannot be read from the start: status 2 and where', async () => {
  const directory = smallWorkspace(
    'ui unreadable',
    `${allowing()}\n[pkg.reader]\nallow_everything = true\n`,
  );
  terminal = startUi(directory);
  expect(await terminal.end()).toBe(2);
  expect(terminal.screen()).toContain('allow_everything');
});
