import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { WINDOW_MS } from '../../cli/ui/rate.ts';
import { keys, type Terminal } from '../../tools/terminal.ts';
import { config, manifest, workspace } from '../support/cackle.ts';
import { configOf, startUi } from './support.ts';

let terminal: Terminal;
afterEach(() => terminal.close());

const names = ['one', 'two', 'three', 'four', 'five', 'six'];

/** Packages whose build scripts start a process, a proc macro that reads a file, and a program that needs them all. */
function heldWorkspace(name: string): string {
  const dependencies = [...names, 'derive'].map((n) => `${n} = { path = "${n}" }\n`).join('');
  return workspace(name, {
    'Cargo.toml': manifest('tool', `[dependencies]\n${dependencies}`),
    'src/main.rs': 'derive::nothing!();\nfn main() { std::env::args(); }\n',
    'derive/Cargo.toml': manifest('derive', '[lib]\nproc-macro = true\n'),
    'derive/src/lib.rs':
      'use proc_macro::TokenStream;\n#[proc_macro]\npub fn nothing(_: TokenStream) -> TokenStream {\n    let _ = std::fs::read("/dev/null");\n    TokenStream::new()\n}\n',
    ...Object.fromEntries(
      names.flatMap((n) => [
        [`${n}/Cargo.toml`, manifest(n)],
        [`${n}/src/lib.rs`, ''],
        [
          `${n}/build.rs`,
          'fn main() {\n    let _ = std::process::Command::new("true").status();\n}\n',
        ],
      ]),
    ),
    'cackle.toml': config(),
  });
}

/** A rate, as the bar shows it; the paths of packages on the same screen are none. */
const rate = /\d\/s\b/;

test('rule 8.6: who waits takes no job of cargo: with two jobs, what six build scripts and a proc macro wait for is listed at once', async () => {
  const directory = heldWorkspace('ui held');
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
