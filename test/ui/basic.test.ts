import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Terminal } from '../../tools/terminal.ts';
import { allowing, configOf, smallWorkspace, startUi } from './support.ts';

let terminal: Terminal;
afterEach(() => terminal.close());

/** Waits until the program asks, and what stands above matches; gives all that it wrote. */
const prompted = async (asked: RegExp): Promise<string> =>
  (
    await terminal.until((screen) => asked.test(screen) && screen.trimEnd().endsWith(' >'), 30_000)
  ).trimEnd();

/** Answers a prompt. */
async function answer(asked: RegExp, text: string): Promise<void> {
  await prompted(asked);
  terminal.send(`${text}\r`);
}

describe('rule 8.8: --ui basic offers the same by plain prompts', () => {
  test('from no configuration to a clean check', async () => {
    const directory = smallWorkspace('ui basic first');
    terminal = startUi(directory, { args: ['--ui', 'basic'], rows: 200 });
    await answer(/There is no cackle\.toml yet/, '1');
    await answer(/Choose whether/, '1');
    await answer(/the build script of reader waits for this/, '1 it runs true');
    for (let done = 3; done < 6; done++) {
      await answer(new RegExp(`(?:done: [\\s\\S]*){${done}}error: `), '1');
    }
    expect(await terminal.end()).toBe(0);
    expect(terminal.screen()).toContain('no problems');
    expect(terminal.isAlternate).toBe(false);
    expect(configOf(directory)).toContain('# it runs true\nbuild.allow_apis = ["process"]');
  });

  test('details, backtrace, tree, package, diff, skip, list, undo, accept all, an edit by hand, quit', async () => {
    const before = allowing('process');
    const directory = smallWorkspace('ui basic keys', before);
    terminal = startUi(directory, { args: ['--ui', 'basic'], rows: 200 });
    // They come in any order: skipped until `net` is asked about.
    for (let asked = 1; ; asked++) {
      const screen = await prompted(new RegExp(`(?:error: [\\s\\S]*){${asked}}`));
      if (screen.slice(screen.lastIndexOf('error: ')).startsWith('error: sender')) break;
      terminal.send('s\r');
    }
    terminal.send('d\r');
    await terminal.until(
      /sender\/src\/lib\.rs:2:13\n +sender::send uses std::net[\s\S]*> 2 .*TcpStream::connect/,
    );
    terminal.send('b 1\r');
    await terminal.until(/tool::main +src\/main\.rs:3:5\n +sender::send/);
    terminal.send('t\r');
    await terminal.until('└── tool v1.0.0');
    terminal.send('p\r');
    await terminal.until('sender 1.0.0');
    terminal.send('v 1\r');
    await terminal.until('+ allow_apis = ["net"]');
    terminal.send('?\r');
    await terminal.until('undo the last edit');
    terminal.send('1\r');
    await terminal.until('done: allow `net` to sender');
    expect(configOf(directory)).toContain('allow_apis = ["net"]');
    terminal.send('u\r');
    await terminal.until('undone');
    expect(configOf(directory)).toBe(before);
    terminal.send('a\r');
    await terminal.until('done: 1 fixes');
    writeFileSync(join(directory, 'cackle.toml'), `${before}[pkg\n`);
    await terminal.until('the last valid one is still in force');
    writeFileSync(join(directory, 'cackle.toml'), allowing('process', 'unsafe', 'fs'));
    await prompted(/\n1 (?:open|skipped);.*\n*$/);
    terminal.send('q\r');
    expect(await terminal.end()).toBe(1);
    expect(terminal.screen()).toContain('1 problem and 0 warnings left');
  });

  test('rule 8.7: a fix that was shown before cackle.toml was changed is refused, and shown anew', async () => {
    const before = allowing('process');
    const directory = smallWorkspace('ui basic outdated', before);
    terminal = startUi(directory, { args: ['--ui', 'basic'], rows: 200 });
    for (let asked = 1; ; asked++) {
      const screen = await prompted(new RegExp(`(?:error: [\\s\\S]*){${asked}}`));
      if (screen.slice(screen.lastIndexOf('error: ')).startsWith('error: sender')) break;
      terminal.send('s\r');
    }
    writeFileSync(join(directory, 'cackle.toml'), allowing('process', 'unsafe', 'fs'));
    await prompted(/\n1 open;.*\n*$/);
    terminal.send('1\r');
    await answer(/not done: that fix is not on offer any more[\s\S]*error: sender/, '1');
    await terminal.until('done: allow `net` to sender');
    expect(await terminal.end()).toBe(0);
  });
});
