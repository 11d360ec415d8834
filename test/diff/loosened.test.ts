import { expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/read.ts';
import { loosened } from '../../engine/diff/loosened.ts';

const base = `[common]
version = 3
import_std = ["net"]
explicit_build_scripts = true
build_flags = ["--all-targets"]
[sandbox]
kind = "Bubblewrap"
[pkg.a]
allow_apis = ["net"]
`;

test.each([
  ['the same', base, []],
  [
    'no sandbox',
    base.replace('"Bubblewrap"', '"Disabled"'),
    [
      'the sandbox of build scripts is off',
      'the sandbox of tests is off',
      'the sandbox of rustc is off',
    ],
  ],
  [
    'one without a sandbox',
    `${base}[pkg.b.build]\nsandbox.kind = "Disabled"\n`,
    ['the sandbox of build scripts of b is off'],
  ],
  [
    'a weaker sandbox',
    base.replace('"Bubblewrap"', '"Landlock"'),
    [
      'the sandbox of build scripts is Landlock, no longer Bubblewrap',
      'the sandbox of tests is Landlock, no longer Bubblewrap',
      'the sandbox of rustc is Landlock, no longer Bubblewrap',
    ],
  ],
  [
    'what may be a weaker sandbox, and another file to read',
    base.replace('"Bubblewrap"', '"Auto"\nbind_readable = ["/srv/x"]'),
    [
      'the sandbox of build scripts is Auto, no longer Bubblewrap',
      'build scripts may read /srv/x',
      'the sandbox of tests is Auto, no longer Bubblewrap',
      'tests may read /srv/x',
      'the sandbox of rustc is Auto, no longer Bubblewrap',
      'rustc may read /srv/x',
    ],
  ],
  [
    'the network for all',
    base.replace('[sandbox]', '[sandbox]\nallow_network = true'),
    ['build scripts may use the network', 'tests may use the network', 'rustc may use the network'],
  ],
  [
    'a writable place',
    `${base}[pkg.a.build]\nsandbox.make_writable = ["out"]\n`,
    ['build scripts of a may write to out'],
  ],
  [
    'other flags',
    base.replace('--all-targets', '--lib'),
    ['build_flags are --lib, not --all-targets'],
  ],
  [
    'other features',
    base.replace('[sandbox]', 'no_default_features = true\n[sandbox]'),
    ['features are none, not default'],
  ],
  [
    'other builds',
    base.replace('[sandbox]', '[[common.build]]\ntargets = ["t"]\nfeatures = ["x"]\n[sandbox]'),
    ['builds are t features x, not one'],
  ],
  [
    'no sections',
    base.replace('explicit_build_scripts = true', ''),
    ['build scripts need no build section any more'],
  ],
  ['a safe macro', `${base.trimEnd()}\nsafe_macros = ["m"]\n`, ['safe_macros of a now has m']],
  ['fewer permissions', base.replace('allow_apis = ["net"]', ''), []],
])('rule 11.9: %s', (_, head, expected) => {
  expect(loosened(parseConfig('a', base), parseConfig('a', head))).toEqual(expected);
});
