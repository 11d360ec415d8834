import { expect, test } from 'vitest';
import { cackle, workspace } from '../support/cackle.ts';
import { expectRefusal, refused, simple } from './support.ts';

// Spec §6: bad arguments exit 2 and say which are good.

test.each([
  [['--no-such-option'], "unknown option '--no-such-option'"],
  [['--fail-on-warning'], 'Did you mean --fail-on-warnings?'],
  [['-x'], "unknown option '-x'"],
  [['chek'], "unknown command 'chek'"],
  [['sumary'], 'Did you mean summary?'],
  [['--colour', 'blue'], "'blue' is invalid. Allowed choices are auto, always, never."],
  [['--color', 'alway'], 'Allowed choices are auto, always, never.'],
  [['--ui', 'gtk'], "'gtk' is invalid. Allowed choices are none, basic, full."],
  [['--output-format', 'xml'], "'xml' is invalid. Allowed choices are human, json."],
  [['--log-level', 'loud'], 'Allowed choices are error, warn, info, debug, trace.'],
  [['--path'], "'--path <dir>' argument missing"],
  [['--path='], "'--path <dir>' argument '' is invalid. It is empty."],
  [['--cackle-path='], 'It is empty.'],
  [['--target='], 'It is empty.'],
  [['--profile='], 'It is empty.'],
  [['--package='], 'It is empty.'],
  [['--log-file='], 'It is empty.'],
  [['--quiet=yes'], '--quiet'],
  [['--\u001b[31mred'], '--\\u{1b}[31mred'],
  [['summary', '--by-packages'], 'Did you mean --by-package?'],
  [['completions', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
])('%j', async (args, message) => {
  const stderr = expectRefusal(await cackle(['-n', ...args]));
  expect(stderr).toContain(message);
  expect(stderr).toContain('`cackle --help` lists what there is');
});

test.each(['/nowhere/at/all', '/dev/null'])('--path %s, which is no directory', async (path) => {
  const stderr = expectRefusal(await cackle(['-n', '--path', path]));
  expect(stderr).toContain(`${path} is not a directory`);
  expect(stderr).toContain('give --path a directory with a Cargo.toml');
});

test('--path above which no Cargo.toml lies', async () => {
  const stderr = expectRefusal(await cackle(['-n', '--path', '/']));
  expect(stderr).toContain('no Cargo.toml in /');
  expect(stderr).toContain('--path');
});

test('--cackle-path to a file that is not there', async () => {
  const stderr = await refused(workspace('no-such-config', simple()), ['-c', '/nowhere/c.toml']);
  expect(stderr).toContain('cannot read /nowhere/c.toml: there is no such file');
});

test('--package, --target, --profile and --features that cargo does not know', async () => {
  const directory = workspace('unknown-names', simple());
  const package_ = await refused(directory, ['--package', 'simpel']);
  expect(package_).toContain('`simpel` did not match any packages');
  const target = await refused(directory, ['--target', 'vax-dec-vms']);
  expect(target).toContain('vax-dec-vms');
  expect(target).toContain('rustc --print target-list');
  const profile = await refused(directory, ['--profile', 'fast']);
  expect(profile).toContain('profile `fast` is not defined');
  const features = await refused(directory, ['--features', 'wings']);
  expect(features).toContain('does not contain this feature: wings');
  for (const stderr of [package_, profile]) expect(stderr).toContain('cargo says why above');
  for (const stderr of [target, features])
    expect(stderr).toContain('correct what cargo names above');
});
