import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check as checkAs, fixture, short } from '../support/cackle.ts';
import { noNightly, onNightly } from '../support/nightly.ts';

/** Nightly's cargo gives each unit a directory of its own, in which a program has no hash in its name. */
const nightly =
  noNightly === undefined ? ([['examples', 'examples/demo.rs', onNightly]] as const) : [];

for (const [what, file, env] of [
  ['examples', 'examples/demo.rs', {}],
  ['programs', 'src/bin/demo.rs', {}],
  ...nightly,
] as const) {
  const where = env === onNightly ? ', on nightly' : '';
  test(`two packages may have ${what} of one name: each is judged, and fresh the next time${where}`, async () => {
    const directory = fixture(`collide-${what}`);
    const check = (at: string, args: string[] = []) => checkAs(at, args, env);
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

if (noNightly !== undefined) test.skip(`examples of one name on nightly — ${noNightly}`, () => {});

test('two packages may have libraries of one name in one place: both are judged', async () => {
  const directory = fixture('collide-libraries');
  for (let times = 0; times < 2; times++) {
    const { problems } = await checkAs(directory);
    expect(problems.map(short)).toEqual(['disallowed-api a fs', 'disallowed-api b process']);
  }
});
