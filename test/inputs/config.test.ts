import { chmodSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, fixture, run, short } from '../support/cackle.ts';
import { fixtureSource } from '../support/fixtures.ts';
import { asNobody, expectClean, expectRefusal, noOtherUser, refused } from './support.ts';

// Rules 2.1, 2.2, 2.11: what is wrong in cackle.toml is named with its place, and no check is made.

/** What a check says of a cackle.toml with this text. */
const said = (name: string, text: string): Promise<string> =>
  refused(fixture('simple', { files: { 'cackle.toml': text }, as: `config-${name}` }));

test('rule 2.17: where there is no cackle.toml, the command that writes a first one is named, and nothing else', async () => {
  const directory = fixture('simple-without-configuration');
  const stderr = await refused(directory);
  expect(stderr).toContain('there is no such file');
  expect(stderr.trimEnd().split('\n').length).toBeLessThan(4);
  const [, command = ''] = /`cackle (init [^`]*)`/.exec(stderr) ?? [];
  // It does as it stands, from here and, without the option, from there.
  const program = join(packageRoot(), 'dist', 'cli.js');
  const there = await run('env', ['-C', directory, process.execPath, program, '-n']);
  expect(there.stderr).toContain('`cackle init`');
  expect((await cackle(command.split(' '))).status).toBe(0);
  await expectClean(directory);
  // A file of another name is named.
  const other = await refused(directory, ['-c', join(directory, 'other.toml')]);
  expect(other).toContain(`\`cackle init -c ${join(directory, 'other.toml')}\``);
});

test('a cackle.toml that is there and cannot be parsed does not say `cackle init`', async () => {
  const stderr = await said('no-toml', '[common\n');
  expect(stderr).not.toContain('cackle init');
});

test('cackle.toml is a directory', async () => {
  const directory = fixture('simple-without-configuration');
  mkdirSync(join(directory, 'cackle.toml'));
  const stderr = await refused(directory);
  expect(stderr).toContain('it is a directory');
  expect(stderr).toContain('move it away, or name another file with --cackle-path');
  rmSync(join(directory, 'cackle.toml'), { recursive: true });
  cpSync(join(fixtureSource('simple'), 'cackle.toml'), join(directory, 'cackle.toml'));
  await expectClean(directory);
});

test.skipIf(noOtherUser)('cackle.toml may not be read', async () => {
  const directory = fixture('simple');
  chmodSync(directory, 0o777);
  chmodSync(join(directory, 'cackle.toml'), 0o000);
  const stderr = expectRefusal(await asNobody(['-n', '--path', directory]));
  expect(stderr).toMatch(/cannot read .*cackle\.toml: permission denied/);
  expect(stderr).toContain('chmod');
});

test('cackle.toml is not UTF-8', async () => {
  const text = [Buffer.from('[common]\nversion = 3\n\n# '), Buffer.from([0xe4]), Buffer.from('\n')];
  const directory = fixture('simple', { files: { 'cackle.toml': Buffer.concat(text) } });
  const stderr = await refused(directory);
  expect(stderr).toContain('cackle.toml:4:3: this is not UTF-8');
});

test.each([
  ['a table without end', '[common\nversion = 3\n', /cackle\.toml:2:1: this is not TOML/],
  ['two values', '[common]\nversion = 3 3\n', /cackle\.toml:2:13: this is not TOML/],
  ['a key twice', '[common]\nversion = 3\nversion = 3\n', /cackle\.toml:3:1: this is not TOML/],
  [
    'a table twice',
    '[common]\nversion = 3\n[pkg.a]\n[pkg.a]\n',
    /cackle\.toml:4:.*this is not TOML[\s\S]*\[pkg\.a\] stands in line 3 already: put the keys/,
  ],
  ['a NUL', '[common]\nversion = 3\u0000\n', /cackle\.toml:2:.*this is not TOML/],
  ['nothing', '', /common\.version is missing/],
  [
    'an array of tables',
    '[common]\nversion = 3\n[[pkg.simple]]\n',
    /cackle\.toml:3:7: a table was expected here\n.*\[\[pkg\.simple\]\]/,
  ],
  [
    'a table in an array of tables',
    '[common]\nversion = 3\n[[pkg.simple]]\n[pkg.simple.build]\n',
    /cackle\.toml:3:7: a table was expected here/,
  ],
  [
    'a text in a list of tables',
    '[common]\nversion = 3\nbuild = ["x"]\n',
    /cackle\.toml:3:10: a table was expected here/,
  ],
  [
    'a table for a list of tables',
    '[common]\nversion = 3\n[common.build]\nfeatures = []\n',
    /cackle\.toml:3:9: a list of tables, `\[\[…build\]\]`, was expected here/,
  ],
  [
    'an unknown key of a build, in the second',
    '[common]\nversion = 3\n[[common.build]]\n\n[[common.build]]\nfeature = ["x"]\n',
    /cackle\.toml:6:1: unknown key `feature` in \[\[common\.build\]\][\s\S]*did you mean `features`/,
  ],
  [
    'a table in a build',
    '[common]\nversion = 3\n[[common.build]]\n[common.build.features]\nx = 1\n',
    /cackle\.toml:4:15: a list of strings was expected here/,
  ],
  [
    'values of a build',
    '[common]\nversion = 3\n[[common.build]]\ntargets = "x"\nall_features = 1\n',
    /cackle\.toml:4:11: a list of strings[\s\S]*cackle\.toml:5:16: true or false/,
  ],
  [
    'features of builds in build_flags',
    '[common]\nversion = 3\nbuild_flags = ["--bins", "--all-features"]\n[[common.build]]\n',
    /cackle\.toml:3:26: `--all-features` would hold for every \[\[common\.build\]\]/,
  ],
])('%s', async (name, text, message) => {
  expect(await said(name, text)).toMatch(message);
});

test.each([
  ['missing', '', 'common.version is missing'],
  ['0', 'version = 0', 'version 0 is not known'],
  ['-1', 'version = -1', 'version -1 is not known'],
  ['4', 'version = 4', 'version 4 is not known'],
  ['huge', 'version = 9223372036854775807', 'is not known'],
  ['text', 'version = "3"', 'a whole number was expected'],
  ['float', 'version = 3.0', 'a whole number was expected'],
])('version %s', async (name, line, message) => {
  const stderr = await said(`version ${name}`, `[common]\n${line}\n`);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/versions 1 to 3 are known|version = 3/);
});

test('every unknown key is named with its place, and the nearest that is known', async () => {
  const stderr = await said(
    'keys',
    `comon.version = 3
[common]
version = 3
import_sdt = []
[api.x]
includes = []
[pkg.simple]
alow_apis = []
build.allow_api = []
from.allow_apis = []
from.bild.allow_apis = []
test.import = []
[pkg.simple.sandbox]
network = true
[sandbox]
kinds = "Disabled"
[rustc]
sandbx.kind = "Disabled"
[rustc.sandbox]
knd = "Disabled"
`,
  );
  for (const [place, key, near] of [
    ['1:1', 'comon', 'common'],
    ['4:1', 'import_sdt', 'import_std'],
    ['6:1', 'includes', 'include'],
    ['8:1', 'alow_apis', 'allow_apis'],
    ['9:7', 'allow_api', 'allow_apis'],
    ['10:6', 'allow_apis', undefined],
    ['11:6', 'bild', 'build'],
    ['12:6', 'import', undefined],
    ['14:1', 'network', undefined],
    ['16:1', 'kinds', 'kind'],
    ['18:1', 'sandbx', 'sandbox'],
    ['20:1', 'knd', 'kind'],
  ]) {
    expect(stderr).toContain(`cackle.toml:${place}: unknown key \`${key}\``);
    if (near !== undefined) expect(stderr).toContain(`did you mean \`${near}\`?`);
  }
});

test('every key of another type is named with its place and what it takes', async () => {
  const scope = (prefix: string): string =>
    ['allow_unsafe', 'allow_extern', 'allow_proc_macro']
      .map((key) => `${prefix}${key} = "yes"\n`)
      .concat([`${prefix}allow_apis = "env"\n`, `${prefix}allow_build_instructions = [1]\n`])
      .join('');
  const sandbox = `kind = 1
allow_network = "no"
bind_writable = "a"
make_writable = [true]
pass_env = 1
extra_args = { a = 1 }
`;
  const text = `[common]
version = 3
import_std = "fs"
features = 1
build_flags = [1]
profile = 3
explicit_build_scripts = "no"
gates_only = 1
[api]
a = 1
[api.b]
include = "std::fs"
exclude = [[]]
no_auto_detect = true
[pkg]
q = 1
[pkg.simple]
import = "fs"
${scope('')}${scope('build.')}${scope('test.')}${scope('from.build.')}${scope('from.test.')}
[pkg.b]
build = 1
test = []
from = "x"
sandbox = "Disabled"
[pkg.c]
from.build = 1
from.test = 1
[pkg.d.sandbox]
${sandbox}[pkg.d.build.sandbox]
${sandbox}[pkg.d.test.sandbox]
${sandbox}[sandbox]
${sandbox}[rustc.sandbox]
${sandbox}`;
  const stderr = await said('types', text);
  const wrong = text.split('\n').flatMap((line, i) => {
    const value = / = (.*)$/.exec(line);
    return value === null || line === 'version = 3' ? [] : [{ number: i + 1, line }];
  });
  expect(wrong.length).toBeGreaterThan(70);
  const unnamed = wrong.filter(
    ({ number }) =>
      !new RegExp(`cackle\\.toml:${number}:\\d+: .*(?:expected|takes|there is no)`).test(stderr),
  );
  expect(unnamed).toEqual([]);
  const tables = await said('tables', 'common = 1\napi = 1\npkg = 1\nsandbox = 1\nrustc = 1\n');
  for (const line of [1, 2, 3, 4, 5]) expect(tables).toContain(`cackle.toml:${line}:`);
});

test('APIs that are not defined, allowed twice, or not built in', async () => {
  const stderr = await said(
    'apis',
    `[common]
version = 3
import_std = ["fs", "nett", "gpu", "fs"]
[api.mine]
include = ["mine"]
[pkg.simple]
allow_apis = ["mien", "fs", "fs", "net"]
build.allow_apis = ["unheard_of"]
`,
  );
  expect(stderr).toMatch(/3:21: there is no built-in API `nett`\n.*\n.*\n {2}did you mean `net`\?/);
  expect(stderr).toMatch(/3:29: there is no built-in API `gpu`\n.*\n.*\n.*fs, env, net/);
  expect(stderr).toMatch(/3:36: .*`fs`.*twice/);
  expect(stderr).toMatch(/7:15: .*`mien`(?:.*\n)*? {2}did you mean `mine`\?/);
  expect(stderr).toMatch(/7:29: .*`fs`.*twice/);
  expect(stderr).toMatch(/8:21: .*`unheard_of`/);
});

test('what is no path is named: it would match nothing and so allow everything', async () => {
  const wrong = ['', 'std::', '::std', 'std:fs', 'std fs', 'std::fs::*', 'std.fs', 'std::fs::{a}'];
  const list = wrong.map((path) => JSON.stringify(path)).join(',\n');
  const stderr = await said(
    'paths',
    `[common]
version = 3
[api.mine]
include = [
${list}
]
exclude = ["<T>::go"]
`,
  );
  for (const [i, path] of wrong.entries())
    expect(stderr).toContain(`cackle.toml:${i + 5}:1: \`${path}\` is no path of a module or item`);
  expect(stderr).toContain('cackle.toml:14:12: `<T>::go` is no path');
  expect(stderr).toContain('such as std::fs');
});

test('a package that is not in the tree is a warning with the nearest name', async () => {
  const directory = fixture('simple', {
    config: '[pkg.simple]\nallow_apis = ["env"]\n[pkg.simpel]\nallow_apis = ["env"]\n',
  });
  const report = await check(directory);
  expect(report.problems.map(short)).toEqual(['unknown-package simpel']);
  expect(report.status).toBe(0);
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.stdout).toContain(
    'warning[C0504]: cackle.toml:10: no package of this name is in the tree; did you mean `simple`?',
  );
  expect((await check(directory, ['--fail-on-warnings'])).status).toBe(1);
});

test.each([
  ['features', 'features = ["wings"]', '3:13: no package that is built has the feature `wings`'],
  ['build_flags', 'build_flags = ["--no-such-flag"]', "unexpected argument '--no-such-flag'"],
  ['build_flags', 'build_flags = [""]', "unexpected argument ''"],
  ['profile', 'profile = "fast"', 'profile `fast` is not defined'],
  ['profile', 'profile = ""', 'profile `` is not defined'],
])('%s that cargo does not take: %s', async (name, line, message) => {
  const text = `[common]\nversion = 3\n${line}\n[sandbox]\nkind = "Disabled"\n`;
  expect(await said(`cargo-${name}`, text)).toContain(message);
});
