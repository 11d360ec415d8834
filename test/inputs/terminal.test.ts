import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cackle, check, config, fixture, manifest, workspace } from '../support/cackle.ts';
import { commands, expectRefusal } from './support.ts';

// Rule 6.9: nothing of a crate reaches a terminal as a command to it.

/** Clears the screen, sets the title, turns the writing direction. */
const evil = '\u001b[2J\u001b]0;owned\u0007\u202egnp\u200b\u009b1m';
const rust = [...evil].map((c) => `\\u{${c.codePointAt(0)?.toString(16)}}`).join('');
const sgr = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

const files = {
  'Cargo.toml': manifest(
    'simple',
    `description = "A ${rust.replaceAll(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) => `\\u${hex.padStart(4, '0')}`)} crate"\n`,
  ),
  'src/main.rs': `#[path = "mod ${rust}.rs"] mod m;
#[export_name = "sym ${rust}"] pub extern "C" fn named() -> usize { std::env::args().count() }
fn main() { println!("{}", named() + m::count()); let unused = "\u001b[2J\u009b1m"; }
`,
  [`src/mod ${evil}.rs`]: 'pub fn count() -> usize { std::env::args().count() }\n',
  'build.rs': `fn main() { println!("cargo:warning=${rust}"); println!("cargo:rustc-link-search=${rust}"); }`,
  'cackle.toml': config(),
};

test('names, files, warnings and instructions of a crate', async () => {
  const directory = workspace(`terminal ${evil}`, files);
  for (const args of [[], ['--output-format', 'json'], ['--debug', '--print-timing']]) {
    const { stdout, stderr, status } = await cackle(['-n', '--path', directory, ...args]);
    expect(status).toBe(1);
    expect(stdout).not.toMatch(commands);
    expect(stderr).not.toMatch(commands);
    if (args.length > 0) continue;
    // It is there, and can be seen.
    expect(stdout).toContain('sym \\u{1b}[2J');
    expect(stdout).toContain('src/mod \\u{1b}[2J');
    expect(stdout).toContain('rustc-link-search=\\u{1b}[2J');
  }
  const { stdout, stderr } = await cackle(['-n', '--colour', 'always', '--path', directory]);
  expect(stdout).toMatch(sgr);
  expect(stdout.replaceAll(sgr, '')).not.toMatch(commands);
  expect(stderr.replaceAll(sgr, '')).not.toMatch(commands);
  // The names themselves are not changed for a program that reads them.
  const report = await check(directory);
  expect(JSON.stringify(report.problems)).toContain(JSON.stringify(evil).slice(1, -1));
});

test('what a failing build script says', async () => {
  const directory = workspace('terminal-script', {
    ...files,
    'build.rs': `fn main() { println!("${rust}"); eprintln!("${rust}"); std::process::exit(1) }`,
  });
  const { stdout, stderr, status } = await cackle(['-n', '--path', directory]);
  expect(status).toBe(1);
  expect(stdout).toContain('\\u{1b}[2J');
  expect(stdout).not.toMatch(commands);
  expect(stderr).not.toMatch(commands);
});

test('compile errors, a manifest that cargo refuses, faults in cackle.toml, missing paths', async () => {
  const broken = workspace('terminal-broken', {
    ...files,
    'src/main.rs': `fn main() { "${evil}" }`,
  });
  expectRefusal(await cackle(['-n', '--path', broken]));
  const name = rust.replaceAll(
    /\\u\{([0-9a-f]+)\}/g,
    (_, hex: string) => `\\u${hex.padStart(4, '0')}`,
  );
  const renamed = workspace('terminal-name', { ...files, 'Cargo.toml': manifest(`a${name}`) });
  expectRefusal(await cackle(['-n', '--path', renamed]));
  const lines = [
    `[common] # \u202e\u200b\nversion = 4`,
    `[common]\nversion = 3\n[pkg."${name}"]\nalow = "${name}" # \u202e`,
    `[common]\nversion = 3\nimport_std = ["${name}"] # \u2066`,
    `[common]\nversion = 3\n\u001b[31m = 1`,
  ];
  for (const text of lines) {
    const directory = fixture('simple', { files: { 'cackle.toml': `${text}\n` } });
    expect(expectRefusal(await cackle(['-n', '--path', directory]))).toContain('cackle.toml');
  }
  expectRefusal(await cackle(['-n', '--path', `/nowhere/${evil}`]));
  expectRefusal(await cackle(['-n', '-c', `/nowhere/${evil}`, '--path', renamed]));
});

test('a symbol that is not UTF-8', async () => {
  const directory = fixture('native-archive', {
    as: 'terminal-symbol',
    files: {
      // Its function is called `native`, and calls one by a name that is no text.
      'odd.s': Buffer.from(
        `.globl native
native: jmp "\xff\u001b[2J"
.type native, @function
.size native, . - native
"\xff\u001b[2J": jmp _ZN3std3env4args17h0123456789abcdefE
`,
        'latin1',
      ),
    },
  });
  const made = spawnSync('sh', ['-c', 'cc -c odd.s -o odd.o && ar cr libnative.a odd.o'], {
    cwd: directory,
  });
  expect(made.status, String(made.stderr)).toBe(0);
  const { stdout, stderr, status } = await cackle(['-n', '--path', directory]);
  expect(status).toBe(1);
  expect(stdout).toContain('\\xff\\u{1b}[2J');
  expect(stdout).not.toMatch(commands);
  expect(stderr).not.toMatch(commands);
});
