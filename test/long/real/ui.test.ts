import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { packageRoot } from '../../../engine/paths.ts';
import { fetchRealCrate } from '../../../tools/real-crates.mjs';
import type { Terminal } from '../../../tools/terminal.ts';
import { check } from '../../support/cackle.ts';
import { configOf, startUi, takeRecommended } from '../../ui/support.ts';
import { tell } from './support.ts';

let terminal: Terminal | undefined;
afterEach(() => terminal?.close());

/** The part of the screen that changes when an edit is made. */
const open = (screen: string): string => screen.split('\n').slice(0, 12).join('\n');

// Rules 5.1, 8.2: a first run on a published crate with 95 packages: from no cackle.toml to a clean check by the keys of a user who
// accepts what has one fix and takes the first fix of everything else.
test('hyperfine: from nothing to clean by keys', async () => {
  const { path } = fetchRealCrate('hyperfine', join(packageRoot(), 'target', 'ui-real'));
  for (const left of ['cackle.toml', 'target'])
    rmSync(join(path, left), { recursive: true, force: true });
  terminal = startUi(path, { columns: 120, rows: 40 });
  await takeRecommended(terminal);
  await terminal.until('which is not allowed', 120_000);
  while (terminal.isAlternate) {
    await terminal.until(
      (screen) => / of \d+ ──$/m.test(screen) || !terminal?.isAlternate,
      300_000,
    );
    if (!terminal.isAlternate) break;
    terminal.send('a');
    const asked = await terminal.until(
      (screen) => /y\/n|No problem here has just one/.test(screen) || !terminal?.isAlternate,
    );
    if (!terminal.isAlternate) break;
    if (asked.includes('y/n')) {
      terminal.send('y');
      await edited(terminal);
      continue;
    }
    const before = open(asked);
    terminal.send('f');
    await terminal.until((screen) => /── Fixes/.test(screen) && /^ +[+-] /m.test(screen));
    terminal.send('f');
    await edited(terminal);
    // The message stands there before the next key takes it away.
    await terminal.until((screen) => open(screen) !== before || !terminal?.isAlternate);
  }
  expect(await terminal.end()).toBe(0);
  expect(terminal.screen()).toMatch(/cackle\.toml: .*and \d+ more/s);
  expect(terminal.screen()).toContain('no problems');
  expect(configOf(path)).toContain('[pkg.libc');
  expect(await check(path)).toMatchObject({ status: 0, problems: [] });
  tell('hyperfine: from no cackle.toml to a clean check by the keys of the terminal UI');
}, 600_000);

async function edited(shown: Terminal): Promise<void> {
  await shown.until((screen) => screen.includes('Done:') || !shown.isAlternate, 60_000);
}
