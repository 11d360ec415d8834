import { expect, test } from 'vitest';
import { cackle, workspace } from '../support/cackle.ts';
import { expectRefusal, refused, simple } from './support.ts';

// Spec §6: bad arguments exit 2 and say which are good.

test.each([
  [['--no-such-option'], 'unknown option `--no-such-option`'],
  [['--fail-on-warning'], 'did you mean `--fail-on-warnings`?'],
  [['-x'], 'unknown option `-x`'],
  [['chek'], 'unexpected argument `chek`'],
  [['sumary'], 'did you mean `summary`?'],
  [['--colour', 'blue'], '--colour takes auto, always, never; `blue` is none of them'],
  [['--color', 'alway'], 'did you mean `always`?'],
  [['--ui', 'gtk'], '--ui takes none, basic, full; `gtk` is none of them'],
  [['--output-format', 'xml'], '--output-format takes human, json; `xml` is none of them'],
  [['--path'], '--path'],
  [['--path='], '--path needs a value'],
  [['--cackle-path='], '--cackle-path needs a value'],
  [['--target='], '--target needs a value'],
  [['--profile='], '--profile needs a value'],
  [['--package='], '--package needs a value'],
  [['--quiet=yes'], '--quiet'],
  [['--\u001b[31mred'], '--\\u{1b}[31mred'],
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
