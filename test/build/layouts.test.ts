import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';
import { fixtureSource } from '../support/fixtures.ts';
import { noNightly, onNightly } from '../support/nightly.ts';
import { sampled } from '../support/whole.ts';

const allowed =
  '[pkg.made.build]\nallow_apis = ["fs", "env"]\n[pkg.macros]\nallow_proc_macro = true\n[pkg.made]\nallow_apis = ["net"]\n';
const text = (rest: string): string => config(rest).replace('"Disabled"', '"Bubblewrap"');
const unstable = { CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT: 'true' };
type Row = [string, Record<string, string | Buffer>, NodeJS.ProcessEnv];
/** With a name of its own, nightly's cargo leaves the script one file, which is the linked one. */
const named = {
  'made/Cargo.toml':
    '[package]\nname = "made"\nversion = "1.0.0"\nedition = "2021"\nbuild = "made_build.rs"\n',
  'made/made_build.rs': readFileSync(
    join(fixtureSource('build-script-and-proc-macro'), 'made/build.rs'),
  ),
};
const nightly: Row[] =
  noNightly === undefined
    ? [
        ['nightly', {}, { ...onNightly, ...unstable }],
        ['nightly-named', named, { ...onNightly, ...unstable }],
      ]
    : [];

describe.skipIf(noBubblewrap)("rule 6.11: every layout of cargo's build directory", () => {
  test.each<Row>(
    sampled([
      ['usual', {}, {}],
      [
        'elsewhere',
        { '.cargo/config.toml': '[build]\nbuild-dir = "../layout-elsewhere-built"\n' },
        {},
      ],
      ['linked', {}, {}],
      ['linked-elsewhere', { '.cargo/config.toml': '[build]\nbuild-dir = "link/not/yet"\n' }, {}],
      ['newer', {}, { RUSTC_BOOTSTRAP: '1', ...unstable }],
      ...nightly,
    ]),
  )(
    '%s: held, allowed, nothing to do, tested, with a lost program, with lost records',
    async (name, more, env) => {
      const directory = fixture('build-script-and-proc-macro', {
        files: more,
        as: `layout-${name}`,
      });
      const built = `${directory}-built`;
      rmSync(built, { recursive: true, force: true });
      if (name.startsWith('linked')) {
        mkdirSync(built);
        symlinkSync(built, join(directory, name === 'linked' ? 'target' : 'link'));
      }
      const first = await check(directory, [], env);
      expect(first.problems.map(short)).toContain('disallowed-api made.build fs');
      writeFileSync(join(directory, 'cackle.toml'), text(allowed));
      const second = await check(directory, [], env);
      expect([second.problems.map(short), second.counts.cargoRuns]).toEqual([[], 1]);
      expect((await check(directory, [], env)).counts.unitsBuilt).toBe(0);

      const tested = await cackle(['--path', directory, 'test'], env);
      expect([tested.status, tested.stdout]).toEqual([0, expect.stringContaining('1 passed')]);

      // Cargo runs the script again without linking it, and what was linked is gone.
      const build = existsSync(built) ? built : join(directory, 'target');
      const linked = readdirSync(build, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.cackle-real'),
      );
      expect(linked).toHaveLength(1);
      for (const file of linked) rmSync(join(build, file));
      writeFileSync(join(directory, 'made/notes.txt'), 'new');
      const again = await check(directory, [], env);
      expect([again.status, again.problems]).toEqual([0, []]);

      const units = join(directory, 'target/.cackle/units');
      for (const record of readdirSync(units)) rmSync(join(units, record));
      expect((await check(directory, [], env)).problems).toEqual([]);
      rmSync(join(directory, 'target/.cackle'), { recursive: true });
      expect((await check(directory, [], env)).problems).toEqual([]);
    },
  );
  if (noNightly !== undefined) test.skip(`nightly — ${noNightly}`, () => {});
});
