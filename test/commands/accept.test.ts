import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCHEMA_FILE } from '../../engine/config/schema.ts';
import { noLandlock, pathWithout } from '../sandbox/support.ts';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { fixtureSource } from '../support/fixtures.ts';

// Rule 5.25, --auto-accept-fixes: from nothing, or from what is there, to a clean check.

const compiled = (stderr: string): string[] =>
  [...stderr.matchAll(/Compiling (\S+)/g)].map((match) => match[1] as string).sort();

test('rules 2.16, 5.25: from no configuration to a clean check: gates go on in the same run, and nothing is compiled twice', async () => {
  const directory = fixture('accepts');
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(0);
  expect(ran.stdout).toContain('no problems');
  expect(ran.stderr).toContain('cargo was run once');
  expect(compiled(ran.stderr)).toEqual(['accepts', 'macros', 'native']);
  expect(
    readFileSync(join(directory, 'cackle.toml'), 'utf8'),
  ).toBe(`#:schema ./target/.cackle/${SCHEMA_FILE}

[common]
version = 3
import_std = [
    "fs",
    "net",
    "process",
]

[sandbox]
kind = "Bubblewrap"

[pkg.macros]
allow_apis = ["fs"]
allow_proc_macro = true

[pkg.native]
build.allow_apis = ["process"]
build.allow_build_instructions = ["cargo:rustc-env=*"]
allow_apis = ["net"]
allow_unsafe = true
`);
  expect((await check(directory)).problems).toEqual([]);
  const again = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(again.stderr).toContain('nothing to accept');
});

test('after a check that held a script below a proc macro, nothing is compiled twice', async () => {
  const manifest = readFileSync(join(fixtureSource('accepts'), 'Cargo.toml'), 'utf8');
  const below = manifest.replace('path = "macros"', 'path = "macros-with-below"');
  const json = ['--output-format', 'json'];
  for (const rest of [
    '',
    // Its script runs, and what it says is held; the proc macro may be loaded.
    '[pkg.below]\nbuild.allow_apis = ["process"]\n',
    '[pkg.macros]\nallow_proc_macro = true\n',
  ]) {
    const directory = fixture('accepts', { files: { 'Cargo.toml': below }, config: rest });
    expect((await cackle(['-n', '--path', directory])).status).toBe(1);
    const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory, ...json]);
    expect([rest, ran.status]).toEqual([rest, 0]);
    expect([rest, JSON.parse(ran.stdout).counts]).toMatchObject([
      rest,
      { cargoRuns: 1, compiledAgain: 0 },
    ]);
    expect((await check(directory)).counts.unitsBuilt).toBe(0);
  }
});

test('a build script that names no files does not run again for what was written to cackle.toml', async () => {
  const directory = fixture('accepts', {
    files: { 'build.rs': 'fn main() { let _ = std::fs::read("x"); }' },
  });
  const args = ['-n', '--auto-accept-fixes', '--output-format', 'json', '--path', directory];
  const ran = await cackle(args);
  expect(compiled(ran.stderr)).toEqual(['accepts', 'macros', 'native']);
  expect(JSON.parse(ran.stdout).counts).toMatchObject({ cargoRuns: 1, compiledAgain: 0 });
});

test('rule 5.25: the definition of an API is the user’s: nothing is included, excluded or opted out', async () => {
  const directory = fixture('off-tree-and-possible-export/workspace');
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text.match(/^\[.*|^(?:in|ex)clude.*|^no_auto.*|^allow.*/gm)).toEqual([
    '[common]',
    '[sandbox]',
    '[api.door]',
    'include = ["provider::door"]',
    '[pkg.tool]',
    'allow_apis = ["door"]',
  ]);
  expect((await check(directory)).problems.map(short)).toEqual(['possible-export disk fs']);
});

test('comments stay, an unused permission goes, and a broken file is not touched', async () => {
  const directory = fixture('accepts', {
    config: '# why\n[pkg.macros]\nallow_apis = ["process"]  # not so\n',
  });
  expect((await cackle(['-n', '--auto-accept-fixes', '--path', directory])).status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('# why');
  expect(text).toContain('kind = "Disabled"');
  expect(text).not.toMatch(/\[pkg\.macros\]\nallow_apis = \["process"\]/);

  const broken = '[common\nversion = 3\n';
  writeFileSync(join(directory, 'cackle.toml'), broken);
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(2);
  expect(readFileSync(join(directory, 'cackle.toml'), 'utf8')).toBe(broken);
});

test('a build script that fails in its sandbox is left to the user: nothing weakens the sandbox', async () => {
  const directory = fixture('script-writes-a-source');
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(1);
  expect(ran.stdout).toContain('its build script failed in its sandbox');
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('kind = "Bubblewrap"');
  expect(text).not.toMatch(/Disabled|allow_network/);
  rmSync(join(directory, 'cackle.toml'));
});

test.skipIf(noLandlock !== undefined)(
  'rule 5.2: where Bubblewrap does not work, Auto is written, which is Landlock here; init does the same',
  async () => {
    const directory = fixture('script-writes-a-source', { as: 'accepts-landlock' });
    const file = join(directory, 'cackle.toml');
    const env = { PATH: pathWithout() };
    rmSync(file, { force: true });
    const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory], env);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain('its build script failed in its sandbox');
    expect(readFileSync(file, 'utf8')).toContain('kind = "Auto"');
    rmSync(file);
    const begun = await cackle(['init', '--path', directory], env);
    expect(begun.stdout).toContain('sandbox: Auto');
    expect(readFileSync(file, 'utf8')).toContain('kind = "Auto"');
    rmSync(file);
  },
);

test('with --package nothing is written for the held scripts of others', async () => {
  const directory = fixture('held-scripts-of-two-members');
  expect((await check(directory)).problems.map(short).sort()).toEqual([
    'disallowed-api of-one.build fs',
    'disallowed-api two.build fs',
  ]);
  const ran = await cackle(['-n', '--auto-accept-fixes', '--package', 'one', '--path', directory]);
  expect(ran.status, ran.stdout).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('[pkg.of-one]');
  expect(text).not.toContain('[pkg.two]');
});
