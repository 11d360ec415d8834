import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { keys, Terminal } from '../../tools/terminal.ts';
import { check, fixture, manifest } from '../support/cackle.ts';
import { allowing, configOf, smallWorkspace, startUi } from './support.ts';

let directory = '';
let terminal: Terminal;

beforeAll(async () => {
  directory = smallWorkspace('ui terminal', allowing('process'));
  await check(directory);
});
afterEach(() => terminal.close());

const settled = (options: Parameters<typeof startUi>[1] = {}): Promise<string> => {
  terminal = startUi(directory, options);
  return terminal.until(/ 1 of 3 [\s\S]*up to/);
};

/** Processes that have a text in their command line or environment of cargo. */
function processesNaming(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

describe('rule 8.9: the terminal is restored, children are ended, cackle.toml is whole', () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    test(`${signal} while a build script waits`, async () => {
      const held = smallWorkspace(`ui ${signal}`, allowing());
      terminal = startUi(held);
      await terminal.until('waits for this.');
      process.kill(terminal.pid, signal);
      expect(await terminal.end()).toBe(status);
      expect(terminal.isAlternate).toBe(false);
      expect(terminal.raw.endsWith('\u001b[?1049l') || terminal.raw.includes('\u001b[?25h')).toBe(
        true,
      );
      expect(processesNaming(`ui ${signal}/`)).toEqual([]);
      expect(configOf(held)).toBe(allowing());
    });
  }

  test('q and Ctrl-C while a build script waits: the check was not finished', async () => {
    for (const key of ['q', keys.ctrlC]) {
      const held = smallWorkspace('ui quit', allowing());
      terminal = startUi(held);
      await terminal.until('waits for this.');
      terminal.send(key);
      expect(await terminal.end()).toBe(1);
      expect(terminal.screen()).toContain('the check was not finished');
      expect(processesNaming('ui quit/')).toEqual([]);
    }
  });

  test('Ctrl-Z gives the terminal to the shell, fg comes back', async () => {
    terminal = new Terminal('bash', ['--norc', '--noprofile', '-i'], { env: { PS1: 'shell> ' } });
    await terminal.until('shell>');
    terminal.send(`${process.execPath} dist/cli.js --path '${directory}'\r`);
    await terminal.until(/ 1 of 3 [\s\S]*up to/);
    terminal.send(keys.ctrlZ);
    await terminal.until(/Stopped[\s\S]*shell>/);
    expect(terminal.isAlternate).toBe(false);
    terminal.send('fg\r');
    await terminal.until(/ 1 of 3 [\s\S]*up to/);
    terminal.send(keys.down);
    await terminal.until(' 2 of 3 ');
    terminal.send('q');
    await terminal.until(/left[\s\S]*shell>/);
    terminal.send('echo typed:$?\r');
    await terminal.until('typed:1');
  });
});

describe('rules 6.2, 8.9: terminals of all kinds', () => {
  test('60 x 15: the keys of the core path', async () => {
    const screen = await settled({ columns: 60, rows: 15 });
    expect(screen.split('\n').every((line) => [...line].length <= 60)).toBe(true);
    expect(screen).toContain('q quit');
    terminal.send('d');
    await terminal.until('std::fs::read_to_string(');
    terminal.send(keys.escape);
    terminal.send('f');
    await terminal.until(/\+ allow_apis/);
    terminal.send('p');
    await terminal.until('── Package');
  });

  test('resized while it is open, from narrow to wide and to almost nothing', async () => {
    await settled({ columns: 60, rows: 15 });
    // A terminal reads a frame in pieces: it is there when its last line is.
    const drawn = (first: RegExp, last: string) =>
      terminal.until(
        (screen) => first.test(screen) && terminal.lines().at(-1)?.includes(last) === true,
      );
    terminal.resize(200, 60);
    await drawn(/^── Problems ─{150}/, 'q quit');
    terminal.resize(20, 5);
    await terminal.until((screen) => /^── Problems ─{1,8}/.test(screen));
    terminal.resize(100, 30);
    await drawn(/^── Problems ─{60}/, 'q quit');
  });

  test('a locale that is not UTF-8 gets ASCII only', async () => {
    terminal = startUi(directory, { env: { LC_ALL: 'C' } });
    const screen = await terminal.until(/1 of 3/);
    expect(screen).toMatch(/^-- Problems ---/);
    expect(screen).toMatch(/^> E /m);
    terminal.send('d');
    await terminal.until('uses std::fs');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal gets is looked at
    expect(terminal.raw).toMatch(/^[\x00-\x7f]*$/);
  });

  for (const [name, args, env] of [
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['--colour never', ['--colour', 'never'], {}],
  ] as const) {
    test(`${name}: no colour, and what is selected can be told`, async () => {
      await settled({ args, env });
      terminal.send('d');
      await terminal.until('uses std::fs');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal gets is looked at
      const used = [...terminal.raw.matchAll(/\u001b\[([\d;]*)m/g)].flatMap((m) =>
        (m[1] ?? '').split(';'),
      );
      expect(new Set(used)).toEqual(new Set(['0', '1', '7']));
      expect(terminal.screen()).toContain('▶');
    });
  }

  test('o opens the place in the editor and comes back', async () => {
    const editor = join(directory, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\necho "editing $*"\nread answer\n');
    chmodSync(editor, 0o755);
    await settled({ env: { VISUAL: '', EDITOR: `'${editor}' --flag` } });
    terminal.send('d');
    await terminal.until('uses std::fs');
    terminal.send('o');
    await terminal.until(`editing --flag +6 ${directory}/reader/src/lib.rs`.slice(0, 60));
    expect(terminal.isAlternate).toBe(false);
    terminal.send('\r');
    await terminal.until('uses std::fs');
    expect(terminal.isAlternate).toBe(true);
  });
});

test('text of crates that a terminal would act on is shown, not done; wide letters and long lines keep the layout', async () => {
  const evil = '\u001b]0;owned\u0007\u202e\u200b日本語';
  const long = `let _ = "${'x'.repeat(9000)}"; let _ = std::fs::read("日本"); let _ = "${'y'.repeat(900)}";`;
  const held = fixture('simple', {
    as: 'ui evil',
    files: {
      'Cargo.toml': manifest('tool', `description = ${JSON.stringify(evil)}\n\n[workspace]\n`),
      'src/main.rs': `#![allow(text_direction_codepoint_in_comment)]\nfn main() {\n    // ${evil}\n    ${long}\n}\n`,
      'cackle.toml': allowing(),
    },
  });
  terminal = startUi(held);
  await terminal.until('uses the API `fs`');
  expect(await terminal.until('日本語')).toContain('\\u{1b}]0;owned\\u{7}\\u{202e}\\u{200b}日本語');
  terminal.send('d');
  const screen = await terminal.until('std::fs::read("日本")');
  const lines = screen.split('\n');
  const marked = lines.findIndex((line) => line.includes('std::fs::read("'));
  expect(lines[marked + 1]?.indexOf('▲')).toBe(lines[marked]?.indexOf('std::fs::read("'));
  expect(terminal.raw).not.toContain('\u001b]0;');
  for (const command of ['\u202e', '\u200b', '\u0007']) expect(terminal.raw).not.toContain(command);
});

test('rule 6.2: a terminal that can do nothing gets prompts; --ui full without a terminal is refused', async () => {
  terminal = startUi(directory, { env: { TERM: 'dumb' } });
  await terminal.until(/3 open; .*>/);
  terminal.close();
  terminal = new Terminal('sh', [
    '-c',
    `'${process.execPath}' '${join(packageRoot(), 'dist', 'cli.js')}' --ui full --path '${directory}' < /dev/null`,
  ]);
  expect(await terminal.end()).toBe(2);
  expect(terminal.screen()).toContain('--ui full needs a terminal');
});
