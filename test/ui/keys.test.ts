import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keys, type Terminal } from '../../tools/terminal.ts';
import { check } from '../support/cackle.ts';
import { allowing, configOf, smallWorkspace, startUi } from './support.ts';

const before = allowing('process');
let directory = '';
let terminal: Terminal;

beforeAll(async () => {
  directory = smallWorkspace('ui keys', before);
  // Built once: the tests look at what was found.
  await check(directory);
});

beforeEach(() => writeFileSync(join(directory, 'cackle.toml'), before));
afterEach(() => terminal.close());

/** The UI when all is built and judged, and its three problems are listed. */
async function settled(options: Parameters<typeof startUi>[1] = {}): Promise<void> {
  terminal = startUi(directory, options);
  await terminal.until(/what is left is up to you.*3 problems/);
}

/** Selects the problem that a text names. */
async function select(text: string): Promise<void> {
  terminal.send(keys.home);
  await terminal.until('1 of 3');
  for (let i = 1; i < 4; i++) {
    const selected = terminal.lines().find((line) => line.startsWith('▶'));
    if (selected?.includes(text)) return;
    terminal.send(keys.down);
    await terminal.until(`${i + 1} of 3`);
  }
}

describe('rules 8.1, 8.2, 8.3, 8.4: problems', () => {
  test('up and down, by arrows and letters, to the ends and no further', async () => {
    await settled();
    const at = (n: number) => terminal.until(`${n} of 3`);
    for (const [key, n] of [
      [keys.home, 1],
      [keys.up, 1],
      [keys.down, 2],
      ['j', 3],
      ['j', 3],
      ['k', 2],
      [keys.end, 3],
      [keys.pageUp, 1],
      [keys.pageDown, 3],
    ] as const) {
      terminal.send(key);
      await at(n);
    }
  });

  test('t shows who depends on the package', async () => {
    await settled();
    await select('`net`');
    terminal.send('t');
    await terminal.until('Who depends on sender');
    await terminal.until(/sender v1\.0\.0.*\n.*└── tool v1\.0\.0/);
    terminal.send(keys.escape);
    await terminal.until((s) => !s.includes('Who depends'));
  });

  test('a asks, and applies every fix that is the only one, in one edit', async () => {
    await settled();
    terminal.send('a');
    await terminal.until('Apply the fix of the one problem that has just one? y/n');
    terminal.send('n');
    await terminal.until((s) => !s.includes('y/n'));
    expect(configOf(directory)).toBe(before);
    terminal.send('a');
    await terminal.until('y/n');
    terminal.send('y');
    await terminal.until(/2 problems.*1 fixed/);
    expect(configOf(directory)).toBe(
      before.replace('["process"]\n', '["process"]\nallow_unsafe = true\n'),
    );
  });

  test('/ filters while it is typed, escape takes the filter away', async () => {
    await settled();
    terminal.send('/');
    await terminal.until('filter: _');
    terminal.send('net');
    const screen = await terminal.until('filter: net · 1 of 1');
    expect(screen).toContain('sender');
    terminal.send(keys.enter);
    terminal.send(keys.escape);
    await terminal.until('of 3');
    terminal.send('/qqq');
    await terminal.until('No problem has these words.');
  });

  test('g groups by package, API and kind; the selection stays', async () => {
    await settled();
    await select('`net`');
    terminal.send('g');
    expect(await terminal.until('by package')).toMatch(
      /reader \(2\)\n[\s\S]*sender \(1\)\n▶ ● sender/,
    );
    terminal.send('g');
    expect(await terminal.until('by API')).toMatch(/net \(1\)\n▶ ● sender/);
    terminal.send('g');
    expect(await terminal.until('by kind')).toMatch(/unsafe code \(1\)/);
    terminal.send('g');
    expect(await terminal.until((s) => !/by kind/.test(s))).toMatch(/▶ ● sender/);
  });
});

describe('rules 8.2, 8.5: fixes', () => {
  test('what a fix does and its diff; space applies it, the problem leaves; u takes it back', async () => {
    await settled();
    await select('`net`');
    terminal.send('f');
    const screen = await terminal.until('+ [pkg.sender]');
    expect(screen).toContain('▶ allow `net` to sender');
    expect(screen).toContain('sender may use the API net wherever it is linked');
    expect(screen).toContain('+ allow_apis = ["net"]');
    terminal.send(keys.down);
    await terminal.until('+ [api.net]');
    terminal.send(keys.up);
    await terminal.until('+ [pkg.sender]');
    terminal.send(' ');
    const after = await terminal.until(/2 problems.*1 fixed/);
    expect(after).not.toContain('API `net`');
    expect(configOf(directory)).toContain('[pkg.sender]\nallow_apis = ["net"]\n');
    terminal.send('u');
    await terminal.until('3 problems');
    expect(configOf(directory)).toBe(before);
    terminal.send('u');
    await terminal.until('There is nothing to undo.');
  });

  test('c writes a comment above the edit; up shows the one before', async () => {
    await settled();
    await select('`net`');
    terminal.send('f');
    await terminal.until('+ [pkg.sender]');
    terminal.send('c');
    await terminal.until('comment: _');
    terminal.send('it teels');
    terminal.send(keys.backspace.repeat(4));
    terminal.send('ells us\r');
    await terminal.until('2 problems');
    expect(configOf(directory)).toContain('[pkg.sender]\n# it tells us\nallow_apis = ["net"]\n');
    terminal.send('f');
    await terminal.until(/\+ .*allow/);
    terminal.send('c');
    await terminal.until('comment: _');
    terminal.send(keys.up);
    await terminal.until('comment: it tells us_');
    terminal.send(keys.down);
    await terminal.until('comment: _');
    terminal.send(keys.escape);
    await terminal.until((s) => !s.includes('comment:'));
    expect(terminal.screen()).toContain('2 problems');
  });

  test('d leads to the usages, escape back', async () => {
    await settled();
    await select('`net`');
    terminal.send('f');
    await terminal.until('+ [pkg.sender]');
    terminal.send('d');
    await terminal.until('TcpStream::connect("127.0.0.1:9")');
    terminal.send(keys.escape);
    await terminal.until('+ [pkg.sender]');
    terminal.send(keys.escape);
    await terminal.until((s) => !s.includes('Fixes'));
  });
});

describe('rule 8.3: usages and backtrace', () => {
  test('the source with the column marked, what refers to what, i with --debug', async () => {
    await settled({ args: ['--debug'] });
    await select('`fs`');
    terminal.send('d');
    const screen = await terminal.until('let text = std::fs');
    expect(screen).toContain('reader::inner uses std::fs::read_to_string in tool (bin)');
    const lines = screen.split('\n');
    const marked = lines.findIndex((line) => line.includes('let text = std::fs'));
    expect(lines[marked]).toMatch(/^ *6▶/);
    expect(lines[marked + 1]?.indexOf('▲')).toBe(lines[marked]?.indexOf('std::fs'));
    terminal.send('i');
    await terminal.until(/matched +std::fs::read_to_string/);
    terminal.send('i');
    await terminal.until('let text');
    terminal.send('f');
    await terminal.until('Fixes');
    terminal.send(keys.escape);
    await terminal.until('let text');
    terminal.send('d');
    await terminal.until((s) => !s.includes('let text'));
  });

  test('the chain from main, each frame with its source', async () => {
    await settled();
    await select('`fs`');
    terminal.send('d');
    await terminal.until('let text');
    terminal.send('b');
    const screen = await terminal.until(/▶ → reader::inner/);
    expect(screen).toMatch(
      /main\n.*tool::main .*src\/main\.rs:2\n?.*\n.*reader::read .*reader\/src\/lib\.rs:2/,
    );
    expect(screen).toContain('let text = std::fs');
    terminal.send(keys.up);
    await terminal.until('▶ → reader::read');
    await terminal.until('pub fn read() -> usize {');
    terminal.send('b');
    await terminal.until(/Details ──/);
  });
});

test('n goes to the next path where several outputs have their own', async () => {
  await settled();
  await select('`fs`');
  terminal.send('d');
  await terminal.until('let text');
  terminal.send('b');
  const first = await terminal.until('path 1 of 2');
  terminal.send('n');
  const second = await terminal.until('path 2 of 2');
  const through = (screen: string) => /→ (\w+::main)/.exec(screen)?.[1];
  expect(new Set([through(first), through(second)])).toEqual(
    new Set(['tool::main', 'other::main']),
  );
  terminal.send('n');
  await terminal.until('path 1 of 2');
});

describe('rule 8.4: everywhere', () => {
  test('p hides and shows the package', async () => {
    await settled();
    await select('`fs`');
    const screen = await terminal.until('Reads what is asked for.');
    expect(screen).toMatch(
      /reader 1\.0\.0 · MIT[\s\S]*https:\/\/docs\.invalid\/reader[\s\S]*ui keys\/reader/,
    );
    terminal.send('p');
    await terminal.until((s) => !s.includes('Reads what'));
    terminal.send('p');
    await terminal.until('Reads what is asked for.');
  });

  test('h and ? explain the place, any other key closes it', async () => {
    await settled();
    terminal.send('h');
    expect(await terminal.until('Help: the list of problems')).toContain(
      'who depends on the package',
    );
    terminal.send(keys.escape);
    await terminal.until((s) => !s.includes('Help:'));
    terminal.send('f');
    await terminal.until('Fixes');
    terminal.send('?');
    expect(await terminal.until('Help: the fixes of a problem')).toContain(
      'with a comment of yours',
    );
  });

  test('q leaves the terminal as it was, with status 1 while problems are left', async () => {
    await settled();
    expect(terminal.isAlternate).toBe(true);
    terminal.send('q');
    expect(await terminal.end()).toBe(1);
    expect(terminal.isAlternate).toBe(false);
    expect(terminal.screen()).toContain('3 problems and 0 warnings left');
    expect(terminal.raw).toContain('\u001b[?25h');
    expect(configOf(directory)).toBe(before);
  });

  test('what is pasted is no command', async () => {
    await settled();
    terminal.send('\u001b[200~qffa\r\u001b[201~');
    terminal.send(keys.end);
    await terminal.until('3 of 3');
    expect(terminal.screen()).not.toContain('Fixes');
  });
});

test('rule 8.7: cackle.toml edited by hand is picked up; a broken edit shows its error and changes nothing', async () => {
  await settled();
  const file = join(directory, 'cackle.toml');
  writeFileSync(file, `${before}\n[pkg.sender\n`);
  await terminal.until('the last valid one is still in force');
  expect(terminal.screen()).toMatch(/3 problems/);
  terminal.send('f');
  await terminal.until(/\+ .*allow/);
  terminal.send('f');
  await terminal.until('cannot be read: fix or undo your change first');
  writeFileSync(file, allowing('process', 'net'));
  const mended = await terminal.until('2 problems');
  expect(mended).not.toContain('still in force');
  writeFileSync(file, allowing('process', 'net', 'fs', 'unsafe'));
  expect(await terminal.end()).toBe(0);
  expect(configOf(directory)).toBe(allowing('process', 'net', 'fs', 'unsafe'));
  rmSync(file);
});
