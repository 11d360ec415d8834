import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { optionForms } from '../../cli/arguments/option-forms.ts';
import { programOf } from '../../cli/commands/program.ts';
import { cackle, fixture } from '../support/cackle.ts';
import { sampled } from '../support/whole.ts';
import { asNobody, expectRefusal, noOtherUser, refused } from './support.ts';

// Rule 6.6: bad arguments exit 2 and say which are good.

/** Options that take a value, by command; each is tried without one, and with an empty one where that is no value. */
const valued: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['--ui', '--path', '-c', '--cackle-path', '--target', '--profile', '--features'],
    ...[
      '--package',
      '--output-format',
      '--output',
      '--colour',
      '--color',
      '--log-file',
      '--log-level',
    ],
    '--trace',
  ],
  summary: ['--path', '-c', '--cackle-path', '--target', '--features', '--output-format'],
  init: ['--path', '-c', '--cackle-path'],
  doctor: ['--path', '-c', '--cackle-path', '--output-format'],
  diff: [
    ...['--path', '-c', '--cackle-path', '--target', '--features', '--lock', '--from', '--to'],
    ...['-p', '--package', '--profile', '--output-format', '--output'],
    ...['--colour', '--color'],
  ],
  lock: [
    ...['--path', '-c', '--cackle-path', '--target', '--features', '--profile'],
    ...['--colour', '--color'],
  ],
  report: [
    ...['--html', '--path', '-c', '--cackle-path', '--target', '--features', '--profile'],
    ...['--colour', '--color'],
  ],
  coverage: [
    ...['--path', '-c', '--cackle-path', '--target', '--features', '--profile'],
    ...['--output-format', '--colour', '--color'],
  ],
  trace: [
    ...['--path', '-c', '--cackle-path', '--target', '--features', '--profile'],
    ...['--output-format', '--colour', '--color'],
  ],
  cache: ['--path'],
  bench: ['--path', '-c', '--cackle-path', '--workers'],
};

/** Options that take none, by command. */
const flags: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['--no-ui', '--fail-on-warnings', '--ignore-newer-config-versions', '--auto-accept-fixes'],
    ...[
      '--all-features',
      '--no-default-features',
      '--no-backtrace',
      '--quiet',
      '--print-timing',
      '--verify',
      '--locked',
      '--debug',
      '--version',
      '--help',
    ],
  ],
  summary: [
    ...['--by-package', '--by-permission', '--impure-proc-macros', '--counts', '--full'],
    ...['--all-features', '--no-default-features', '--print-headers', '--help'],
  ],
  init: ['--gates', '--help'],
  doctor: ['--help'],
  cache: ['--all', '--json', '--help'],
  bench: ['--json', '--help'],
  completions: ['--help'],
  'shell-init': ['--help'],
  explain: ['--help'],
  diff: ['--update', '--all-features', '--no-default-features', '--quiet', '--debug', '--help'],
  lock: ['--all-features', '--no-default-features', '--quiet', '--debug', '--help'],
  coverage: ['--all-features', '--no-default-features', '--quiet', '--debug', '--help'],
  trace: [
    ...['--tests', '--suggest', '--write', '--all-features', '--no-default-features'],
    ...['--quiet', '--debug', '--help'],
  ],
  report: ['--diff', '--all-features', '--no-default-features', '--quiet', '--debug', '--help'],
};

const before = (command: string): string[] => (command === '' ? [] : [command]);
const cases: (readonly [readonly string[], string])[] = [
  [['--no-such-option'], "unknown option '--no-such-option'"],
  [['--fail-on-warning'], 'Did you mean --fail-on-warnings?'],
  [['-x'], "unknown option '-x'"],
  [['chek'], "unknown command 'chek'"],
  [['chek', 'it'], "unknown command 'chek'"],
  [['sumary'], 'Did you mean summary?'],
  [['help', 'sumary'], 'Did you mean summary?'],
  [['--colour', 'blue'], "'blue' is invalid. Allowed choices are auto, always, never."],
  [['--color', 'alway'], 'Allowed choices are auto, always, never.'],
  [['--ui', 'gtk'], "'gtk' is invalid. Allowed choices are none, basic, full."],
  [
    ['--output-format', 'xml'],
    "'xml' is invalid. Allowed choices are human, json, sarif, github, markdown, junit.",
  ],
  [['--log-level', 'loud'], 'Allowed choices are error, warn, info, debug, trace.'],
  [['--\u001b[31mred'], '--\\u{1b}[31mred'],
  [['summary', '--by-packages'], 'Did you mean --by-package?'],
  [['summary', '--output-format', 'xml'], 'Allowed choices are human, json.'],
  [['summary', 'all'], "too many arguments for 'summary'"],
  [['--path', '--quiet'], "'--path' argument is ambiguous"],
  [['--path', 'a', '--path', 'b'], "is given twice, with 'a' and 'b'"],
  [['--ui', 'full'], "is given twice, with 'none' and 'full'"],
  [['--backtrace'], "unknown option '--backtrace'"],
  [['--no-quiet'], "unknown option '--no-quiet'"],
  [['--default-features'], "unknown option '--default-features'"],
  [['--no-all-features'], "unknown option '--no-all-features'"],
  [['--all-feature'], 'Did you mean --all-features?'],
  [['summary', '--package', 'x'], "unknown option '--package'"],
  [['cache', '--all'], '--all goes with clear'],
  [['bench', '--workers', '0'], 'It takes numbers from 1 to 256'],
  [['init', '--force'], "unknown option '--force'"],
  [['init', 'here'], "too many arguments for 'init'"],
  [['completions'], "missing required argument 'shell'"],
  [['completions', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
  [['completions', 'bash', 'zsh'], "too many arguments for 'completions'"],
  [['shell-init'], "missing required argument 'shell'"],
  [['shell-init', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
  [['completions', '--for'], "unknown option '--for'"],
  [['--color'], "option '--color <when>' argument missing"],
  [['-c'], "option '-c, --cackle-path <file>' argument missing"],
  ...Object.entries(valued).flatMap(([command, options]) =>
    options.map((option) => [[...before(command), option], 'argument missing'] as const),
  ),
  ...Object.entries(valued).flatMap(([command, options]) =>
    options
      // No features at all can be asked for; a short option takes the next word.
      .filter((option) => option.startsWith('--') && option !== '--features')
      .map((option) => [[...before(command), `${option}=`], "argument '' is invalid."] as const),
  ),
  ...Object.entries(flags).flatMap(([command, options]) =>
    options.map((option) => [[...before(command), `${option}=yes`], option] as const),
  ),
];

test.each(sampled(cases, 4))('%j', async (args, message) => {
  const stderr = expectRefusal(await cackle(['-n', ...args]));
  expect(stderr).toContain(message);
  const { commands } = programOf('');
  const named = commands.find(({ name }) => name === args[0] && name !== 'help');
  const help = named === undefined ? '--help' : `${named.name} --help`;
  expect(stderr).toContain(`\`cackle ${help}\` lists what there is`);
});

test('a command whose arguments are cargo’s has its help behind `help`', async () => {
  const stderr = expectRefusal(await cackle(['--all-features', 'cargo', 'build']));
  expect(stderr).toContain('`cackle help cargo` lists what there is');
});

test('the tables above have every option of every command', () => {
  const { main, commands } = programOf('');
  for (const command of [main, ...commands]) {
    const name = command === main ? '' : command.name;
    // What stands behind these goes to cargo.
    if (['test', 'run', 'cargo', 'check', 'build', 'help'].includes(name)) continue;
    const forms = optionForms(command.args).filter(({ arg }) => arg.hidden !== true);
    const named = forms.flatMap(({ long }) => long.map((word) => `--${word}`));
    const listed = [...(valued[name] ?? []), ...(flags[name] ?? [])];
    expect(named.filter((long) => !listed.includes(long))).toEqual([]);
  }
});

test.each(['summary', 'init', 'test', 'run'])(
  '%s: --path that is no directory',
  async (command) => {
    const args =
      command === 'test' || command === 'run'
        ? ['--path', '/nowhere/at/all', command]
        : [command, '--path', '/nowhere/at/all'];
    expect(expectRefusal(await cackle(args))).toContain('/nowhere/at/all is not a directory');
  },
);

test('summary and init: names that cargo or the file system does not know', async () => {
  const directory = fixture('simple');
  const said = async (...args: string[]) => expectRefusal(await cackle(args));
  const summary = ['summary', '--path', directory];
  expect(await said(...summary, '-c', '/nowhere/c.toml')).toContain('cannot read /nowhere/c.toml');
  expect(await said(...summary, '--target', 'vax-dec-vms')).toContain('vax-dec-vms');
  expect(await said(...summary, '--features', 'wings')).toContain('this feature: wings');
  const init = await said('init', '--path', directory, '-c', '/nowhere/c.toml');
  expect(init).toContain('cannot write /nowhere/c.toml');
  expect(init).toContain('a directory that exists');
});

test.each(
  sampled(
    [
      [['test', '--no-such-option'], "unexpected argument '--no-such-option'"],
      [['test', '--doc'], 'doctests cannot be judged'],
      [['test', '--target-dir', 'other'], 'let CARGO_TARGET_DIR name the directory'],
      [['test', '--test', 'absent'], 'no test target named `absent`'],
      [['test', '--profile', 'fast'], 'profile `fast` is not defined'],
      [['test', '--features', 'wings'], 'does not contain this feature: wings'],
      [['--all-features', '--features', 'wings', 'test'], 'does not contain this feature: wings'],
      [['test', '--package', 'simpel'], '`simpel` did not match any packages'],
      [['--package', 'simpel', 'test'], '`simpel` did not match any packages'],
      [['run', '--no-such-option'], "unexpected argument '--no-such-option'"],
      [['run', '--bin', 'absent'], 'no bin target named `absent`'],
      [['run', '--target', 'vax-dec-vms'], 'vax-dec-vms'],
      [['--target', 'vax-dec-vms', 'run'], 'vax-dec-vms'],
      [['run', '--manifest-path', '/nowhere/Cargo.toml'], '/nowhere is not a directory'],
      [['--auto-accept-fixes', 'run'], 'writes permissions of a check'],
      [['--log-file', '/nowhere/log', 'test'], 'cannot write the log file /nowhere/log'],
    ],
    4,
  ),
)('what cargo does not know: %j', async (args, message) => {
  const directory = fixture('simple');
  expect(expectRefusal(await cackle(['--path', directory, ...args]))).toContain(message);
});

test.each(['/nowhere/at/all', '/dev/null'])('--path %s, which is no directory', async (path) => {
  const stderr = expectRefusal(await cackle(['-n', '--path', path]));
  expect(stderr).toContain(`${path} is not a directory`);
  expect(stderr).toContain('pass --path a directory with a Cargo.toml');
});

test('--path above which no Cargo.toml lies', async () => {
  const stderr = expectRefusal(await cackle(['-n', '--path', '/']));
  expect(stderr).toContain('no Cargo.toml in /');
  expect(stderr).toContain('--path');
});

test('--cackle-path to a file that is not there', async () => {
  const stderr = await refused(fixture('simple'), ['-c', '/nowhere/c.toml']);
  expect(stderr).toContain('cannot read /nowhere/c.toml: there is no such file');
});

test('--package, --target, --profile and --features that cargo does not know', async () => {
  const directory = fixture('simple');
  const package_ = await refused(directory, ['--package', 'simpel']);
  expect(package_).toContain('`simpel` did not match any packages');
  const target = await refused(directory, ['--target', 'vax-dec-vms']);
  expect(target).toContain('vax-dec-vms');
  expect(target).toContain('rustc --print target-list');
  const profile = await refused(directory, ['--profile', 'fast']);
  expect(profile).toContain('profile `fast` is not defined');
  // With all features cargo wants to know those that are named, too.
  for (const more of [[], ['--all-features'], ['--no-default-features']])
    expect(await refused(directory, ['--features', 'wings', ...more])).toContain('feature: wings');
  const features = await refused(directory, ['--features', 'wings']);
  expect(features).toContain('does not contain this feature: wings');
  for (const stderr of [package_, profile]) expect(stderr).toContain('cargo says why above');
  expect(features).toContain('correct what cargo names above');
  // rustc's list of targets says it before cargo is asked.
  expect(target).toContain('rustc --print target-list');
});

/** Files that a command line may name to be written, with the name of each in messages. */
const written = [
  {
    option: '--log-file',
    named: 'the log file ',
    args: (file: string) => ['-n', '--log-file', file],
  },
  { option: '--trace', named: 'the trace file ', args: (file: string) => ['-n', '--trace', file] },
  { option: 'init -c', named: '', args: (file: string) => ['init', '-c', file] },
  { option: '--grants-json', named: '', args: (file: string) => ['-n', '--grants-json', file] },
];

describe.each(sampled(written, 4))('rules 6.6, 6.15: $option', ({ named, args }) => {
  const refused = async (directory: string, file: string): Promise<string> => {
    const stderr = expectRefusal(await cackle([...args(file), '--path', directory]));
    expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b/);
    expect(stderr).toMatch(/writable/);
    return stderr;
  };

  test('in a directory that is not there', async () => {
    const directory = fixture('simple');
    const file = join(directory, 'none', 'file');
    const stderr = await refused(directory, file);
    expect(stderr).toContain(`cannot write ${named}${file}: its directory does not exist`);
  });

  test('where a directory is', async () => {
    const directory = fixture('simple');
    const file = join(directory, 'src');
    const stderr = await refused(directory, file);
    expect(stderr).toContain(`cannot write ${named}${file}: it is a directory`);
  });

  test.skipIf(noOtherUser)('where the user may not write', async () => {
    const directory = fixture('simple', { files: { 'locked/keep': '' } });
    const locked = join(directory, 'locked');
    chmodSync(locked, 0o555);
    chmodSync(directory, 0o777);
    const file = join(locked, 'file');
    const stderr = expectRefusal(await asNobody([...args(file), '--path', directory]));
    expect(stderr).toContain(`cannot write ${named}${locked}/file: you have no permission`);
  });
});
