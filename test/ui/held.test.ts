import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { WINDOW_MS } from '../../cli/ui/rate.ts';
import { keys, type Terminal } from '../../tools/terminal.ts';
import { config, fixture } from '../support/cackle.ts';
import { configOf, startUi } from './support.ts';

let terminal: Terminal;
afterEach(() => terminal.close());

const names = ['one', 'two', 'three', 'four', 'five', 'six'];

/** A rate, as the bar shows it; the paths of packages on the same screen are none. */
const rate = /\d\/s\b/;

test('rule 8.6: who waits takes no job of cargo: with two jobs, what six build scripts and a proc macro wait for is listed at once', async () => {
  const directory = fixture('six-held-build-scripts', { as: 'ui held' });
  terminal = startUi(directory, { env: { CARGO_BUILD_JOBS: '2' }, rows: 40 });
  const screen = await terminal.until(
    (s) => names.every((n) => s.includes(`● ${n} `)) && /derive .*fs/.test(s),
  );
  expect(screen).toMatch(/waits for you \(and \d more\)/);
  // However little room there is, it says how many there are; and no rate where nothing is built any more.
  terminal.resize(60, 40);
  await terminal.until(/waits.*… +\d problems$/m);
  await terminal.until((s) => !rate.test(s), 20_000);
  terminal.resize(100, 40);
  await terminal.until((s) => /built \d+ of \d+/.test(s) && !rate.test(s));
  // Selected, it stays selected while others come and go.
  terminal.send(keys.end);
  await terminal.until(/(\d) of \1 ──/);
  const selected = terminal
    .lines()
    .find((line) => line.startsWith('▶'))
    ?.slice(2, 14);
  const allow = (...packages: string[]): void =>
    writeFileSync(
      join(directory, 'cackle.toml'),
      config(packages.map((n) => `[pkg.${n}]\nbuild.allow_apis = ["process"]\n`).join('\n')),
    );
  allow('one');
  await terminal.until((s) => !s.includes('● one '));
  expect(terminal.screen()).toContain(`▶ ${selected}`);
  allow(...names);
  // All that is left is about the proc macro and the program itself.
  await terminal.until((s) => names.every((n) => !s.includes(`● ${n} `)) && s.includes('derive'));
  // Left while cargo builds, it ends with cargo, and not with what would have taken the rate away.
  terminal.send('q');
  expect(await terminal.end(WINDOW_MS - 1000)).toBe(1);
  expect(configOf(directory)).toContain('[pkg.six]');
});
