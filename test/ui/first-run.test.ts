import { afterEach, describe, expect, test } from 'vitest';
import { keys, type Terminal } from '../../tools/terminal.ts';
import { noBubblewrap, noLandlock } from '../sandbox/support.ts';
import { check } from '../support/cackle.ts';
import { configOf, smallWorkspace, startUi, takeRecommended } from './support.ts';

let terminal: Terminal | undefined;
afterEach(() => terminal?.close());

describe('rules 5.1, 5.2, 5.3, 8.6: from no configuration to a clean check', () => {
  test('with the recommended one: gates let go, problems leave, it ends by itself', async () => {
    const directory = smallWorkspace('ui first run');
    terminal = startUi(directory);
    await takeRecommended(terminal);
    const held = await terminal.until('The build script of reader waits for this.');
    expect(held).toContain('uses the API `process` in its build script');
    // Allowed one by one, always what is on top, until nothing is left.
    while (terminal.isAlternate) {
      await terminal.until((screen) => /1 of \d/.test(screen) || terminal?.isAlternate === false);
      if (!terminal.isAlternate) break;
      terminal.send('f');
      await terminal.until(/\+ .*(?:allow|"fs")/);
      terminal.send('f');
      await terminal.until((screen) => screen.includes('Done:') || screen.includes('no problems'));
    }
    expect(await terminal.end()).toBe(0);
    expect(terminal.isAlternate).toBe(false);
    expect(terminal.screen()).toContain('no problems');
    expect(terminal.screen()).toContain('cackle.toml: create the recommended cackle.toml');
    expect(configOf(directory)).toMatch(/^#:schema \.\/target\/\.cackle\/\S+\n\n\[common\]/);
    expect(await check(directory)).toMatchObject({ status: 0, problems: [] });
  });

  test('with an empty one: a sandbox and each built-in API is asked for before the build', async () => {
    const directory = smallWorkspace('ui first run empty');
    terminal = startUi(directory, { rows: 40 });
    await terminal.until('There is no cackle.toml yet');
    terminal.send('f');
    await terminal.until('import_std');
    terminal.send(keys.down);
    await terminal.until((screen) => !screen.includes('import_std ='));
    terminal.send(keys.enter);
    const asked = await terminal.until('Choose whether');
    for (const api of ['fs', 'env', 'net', 'unix_sockets', 'process', 'terminate'])
      expect(asked).toContain(`the built-in API \`${api}\` is not watched`);
    // The sandbox first, then `fs` imported and all others passed over.
    terminal.send('f');
    const without = noLandlock === undefined ? 'Auto' : 'Disabled';
    await terminal.until(`kind = "${noBubblewrap === undefined ? 'Bubblewrap' : without}"`);
    terminal.send('f');
    await terminal.until('1 of 6');
    for (let left = 6; left > 0; left--) {
      await terminal.until(new RegExp(left === 1 ? '1 of 1 ' : `1 of ${left} `));
      terminal.send('f');
      await terminal.until(/import the API `\w+`/);
      await terminal.until(/\+ +import_std|\+ .*"/);
      if (left < 6) terminal.send(keys.end);
      if (left < 6) await terminal.until('Nothing is written.');
      terminal.send('f');
      await terminal.until((screen) => !screen.includes('Fixes'));
    }
    await terminal.until('uses the API `fs`');
    expect(configOf(directory)).toMatch(/^#:schema /);
    expect(configOf(directory)).toContain('import_std = ["fs"]');
    expect(terminal.screen()).not.toContain('process');
    terminal.send('q');
    expect(await terminal.end()).toBe(1);
  });
});
