import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

const members = '[workspace]\nresolver = "2"\nmembers = ["a", "b"]\n';

for (const [what, file] of [
  ['examples', 'examples/demo.rs'],
  ['programs', 'src/bin/demo.rs'],
] as const) {
  test(`two packages may have ${what} of one name: each is judged, and fresh the next time`, async () => {
    const directory = workspace(`collide-${what}`, {
      'Cargo.toml': members,
      'a/Cargo.toml': manifest('a', '[features]\nmore = []\n'),
      'a/src/lib.rs': '',
      [`a/${file}`]: 'fn main() { std::fs::read("a").ok(); }',
      'b/Cargo.toml': manifest('b'),
      'b/src/lib.rs': '',
      [`b/${file}`]: 'fn main() { std::net::TcpListener::bind("b").ok(); }',
      'cackle.toml': config(),
    });
    const expected = ['disallowed-api a fs', 'disallowed-api b net'];
    expect((await check(directory)).problems.map(short)).toEqual(expected);
    for (let again = 0; again < 2; again++) {
      const { problems, counts } = await check(directory);
      expect(problems.map(short)).toEqual(expected);
      expect(counts.unitsBuilt).toBe(0);
    }
    writeFileSync(join(directory, 'b', file), 'fn main() { std::process::id(); }');
    const changed = ['disallowed-api a fs', 'disallowed-api b process'];
    expect((await check(directory)).problems.map(short)).toEqual(changed);
    // Two units of one target may then be meant.
    expect((await check(directory, ['--features', 'a/more'])).problems.map(short)).toEqual(changed);
    expect((await check(directory)).problems.map(short)).toEqual(changed);
    // Whose file cargo leaves at the common place differs from run to run; while that leaves two units in question, they are
    // built once more.
    let { unitsBuilt } = (await check(directory)).counts;
    if (unitsBuilt > 0) ({ unitsBuilt } = (await check(directory)).counts);
    expect(unitsBuilt).toBe(0);
    rmSync(join(directory, 'target/.cackle'), { recursive: true });
    expect((await check(directory)).problems.map(short)).toEqual(changed);
    expect((await check(directory)).problems.map(short)).toEqual(changed);
  });
}

test('two packages may have libraries of one name in one place: both are judged', async () => {
  const library = (name: string, api: string): Record<string, string> => ({
    [`${name}/Cargo.toml`]: manifest(name, '[lib]\nname = "same"\ncrate-type = ["cdylib"]\n'),
    [`${name}/src/lib.rs`]: `#[no_mangle] pub extern "C" fn ${name}() { ${api}; }`,
  });
  const allowed = ['a', 'b'].map((p) => `[pkg.${p}]\nallow_unsafe = true\nallow_extern = true\n`);
  const directory = workspace('collide-libraries', {
    'Cargo.toml': members,
    ...library('a', 'std::fs::read("a").ok()'),
    ...library('b', 'std::process::id()'),
    'cackle.toml': config(allowed.join('')),
  });
  for (let times = 0; times < 2; times++) {
    const { problems } = await check(directory);
    expect(problems.map(short)).toEqual(['disallowed-api a fs', 'disallowed-api b process']);
  }
});
