import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { optionLines } from '../../cli/arguments/help.ts';
import { programOf } from '../../cli/commands/program.ts';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, fixture } from '../support/cackle.ts';

// Rules 6.4, 6.5, 6.15: summary, init, completions, help, the log.

test('summary: each part by itself, all of them, and the default; nothing is built', async () => {
  const directory = fixture('summary');
  const summary = async (...args: string[]): Promise<string> => {
    const ran = await cackle(['summary', '--path', directory, ...args]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    return ran.stdout;
  };
  expect(await summary('--by-package')).toBe(
    'impure: unsafe, proc macro, fs (from.build)\npure: proc macro\nsums: fs, process (build), build instruction cargo:rustc-link-* (build)\n',
  );
  expect(await summary('--by-permission')).toBe(
    'build instruction cargo:rustc-link-*: sums (build)\nfs: impure (from.build), sums\nproc macro: impure, pure\nprocess: sums (build)\nunsafe: impure\n',
  );
  expect(await summary('--impure-proc-macros', '--print-headers')).toBe(
    'Proc macros with further permissions\n  impure: unsafe, fs (from.build)\n',
  );
  const counts = await summary('--counts');
  expect(counts).toContain('packages: 3\n');
  expect(counts).toContain('proc macros: 2, 1 of them with further permissions\n');
  expect(counts).toContain('packages with a build script: 1\n');
  expect(counts).toContain('fs: 2\n');
  const full = await summary('--full');
  for (const title of ['Permissions by package', 'Packages by permission', 'Proc macros', 'Counts'])
    expect(full).toContain(title);
  expect(await summary()).toMatch(/^Permissions by package[\s\S]*\nCounts\n/);
  expect(existsSync(join(directory, 'target'))).toBe(false);
});

test('summary as JSON has a version, and only the parts that were asked for', async () => {
  const directory = fixture('summary');
  const json = async (...args: string[]) =>
    JSON.parse(
      (await cackle(['--path', directory, 'summary', '--output-format', 'json', ...args])).stdout,
    );
  const all = await json();
  expect(Object.keys(all)).toEqual([
    'schemaVersion',
    'workspaceRoot',
    'configFile',
    'gatesOnly',
    'packages',
    'permissions',
    'impureProcMacros',
    'counts',
  ]);
  expect(all.schemaVersion).toBe(1);
  expect(all.impureProcMacros).toEqual(['impure']);
  expect(all.packages[2].permissions[2]).toEqual({
    scope: 'build',
    kind: 'build-instruction',
    name: 'cargo:rustc-link-*',
  });
  expect(Object.keys(await json('--counts'))).toEqual([
    'schemaVersion',
    'workspaceRoot',
    'configFile',
    'gatesOnly',
    'counts',
  ]);
});

test('init writes a configuration that a check takes, and never over one', async () => {
  const directory = fixture('init');
  const first = await cackle(['init', '--path', directory]);
  expect(first.status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('version = 3');
  expect((await check(directory)).problems.map(({ kind }) => kind)).toContain(
    'proc-macro-not-allowed',
  );
  const second = await cackle(['init', '--path', directory]);
  expect(second.status).toBe(2);
  expect(second.stderr).toContain('is there already');
  expect(readFileSync(join(directory, 'cackle.toml'), 'utf8')).toBe(text);
});

test('completions: bash completes commands, options and their values for both names', async () => {
  const { stdout } = await cackle(['completions', 'bash']);
  const complete = (name: string, ...words: string[]): string[] =>
    execFileSync(
      'bash',
      [
        '-c',
        `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cackle; printf '%s\\n' "\${COMPREPLY[@]}"`,
        'bash',
        name,
        ...words,
      ],
      { encoding: 'utf8' },
    )
      .trim()
      .split('\n');
  expect(complete('cackle', 'su')).toEqual(['summary']);
  expect(complete('cargo-acl', '--colou')).toEqual(['--colour']);
  expect(complete('cackle', '--colour', 'a')).toEqual(['auto', 'always']);
  expect(complete('cackle', 'summary', '--by')).toEqual(['--by-package', '--by-permission']);
  expect(complete('cackle', 'completions', 'z')).toEqual(['zsh']);
  for (const shell of ['zsh', 'fish']) {
    const ran = await cackle(['completions', shell]);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain('cargo-acl');
    expect(ran.stdout).toContain('summary');
  }
});

test('help, of the program and of each command, has examples', async () => {
  for (const args of [
    ['--help'],
    ['test', '--help'],
    ['run', '-h'],
    ['summary', '--help'],
    ['help', 'init'],
    ['completions', '--help'],
  ]) {
    const ran = await cackle(args);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toMatch(/Examples?:\n {2}cackle /);
  }
});

test('the manual page has every option and command, and roff takes it', () => {
  const page = join(packageRoot(), 'dist', 'man', 'cackle.1');
  const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');
  const program = programOf('');
  for (const command of [program.main, ...program.commands]) {
    if (command.name === 'help') continue;
    if (command !== program.main) expect(text).toContain(`.SS cackle ${command.name} `);
    for (const { term } of optionLines(program, command)) expect(text).toContain(`\n.B ${term}\n`);
  }
  for (const title of ['NAME', 'SYNOPSIS', 'EXIT STATUS', 'EXAMPLES', 'OPTIONS', 'COMMANDS'])
    expect(text).toContain(`\n.SH ${title}\n`);
  expect(text).not.toContain('undefined');
  if (spawnSync('groff', ['--version']).error !== undefined) return;
  const formatted = spawnSync('groff', ['-man', '-ww', '-z', page], { encoding: 'utf8' });
  expect(formatted).toMatchObject({ status: 0, stderr: '' });
});

test('--log-file tells what was done, as much as --log-level says', async () => {
  const directory = fixture('summary', {
    files: { 'src/main.rs': 'fn main() { let _ = std::fs::read("\u001b[31m"); }' },
  });
  const log = join(directory, 'log');
  await cackle(['-n', '--path', directory, '--log-file', log, '--log-level', 'debug']);
  const text = readFileSync(log, 'utf8');
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info cargo build --keep-going --all-targets in /);
  expect(text).toMatch(/ debug compile sums-[0-9a-f]+ \(primary\)/);
  expect(text).toMatch(/ debug may run .*build-script-build/);
  expect(text).not.toContain(' trace ');
  await cackle(['-n', '--path', directory, '--log-file', log, '--log-level', 'error']);
  expect(readFileSync(log, 'utf8')).toBe(text);
  const refused = await cackle(['-n', '--path', directory, '--log-file', '/nowhere/log']);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('cannot write the log file /nowhere/log');
});
