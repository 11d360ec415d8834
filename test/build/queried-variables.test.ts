import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tellCargo } from '../../engine/build/queried-variables.ts';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';
import { wholeTest } from '../support/whole.ts';

const sandboxed = (rest = ''): string =>
  config(`[pkg.asking-helper]\ncompile.env = ["ASKED_FOR"]\n${rest}`)
    .replace('"Disabled"', '"Bubblewrap"')
    .replace('version = 3', 'version = 3\nbuild_flags = ["--all-targets"]');

const secret = 'a-secret-that-no-file-has';

/** Opens what it may not only where the variable is seen. */
const seen = ['disallowed-api asking-helper net'];

describe.skipIf(noBubblewrap)(
  'rule 7.8: a variable for which code asks, and that the sandbox of rustc hides',
  () => {
    test('what was compiled without it is fresh, whatever its value, and is said to be without it', async () => {
      const directory = fixture('queried-variable');
      const first = await cackle(['-n', '--path', directory], { ASKED_FOR: secret });
      expect([first.status, first.stderr]).toEqual([
        0,
        expect.stringContaining('compiled without ASKED_FOR, which your environment sets'),
      ]);
      for (const value of [secret, 'another', undefined]) {
        const again = await check(directory, [], { ASKED_FOR: value });
        expect([value, again.counts.unitsBuilt, again.problems.map(short)]).toEqual([value, 0, []]);
      }
      const told = await cackle(['-n', '--path', directory], { ASKED_FOR: '1' });
      expect(told.stderr).toMatch(/compiled without ASKED_FOR.* code of asking-helper asks for/);
      const unset = await cackle(['-n', '--path', directory]);
      expect(unset.stderr).not.toContain('ASKED_FOR');
    });

    test('its value stands in no file that a sandbox shows', async () => {
      const directory = fixture('queried-variable');
      expect((await check(directory, [], { ASKED_FOR: secret })).status).toBe(0);
      const found = spawnSync('grep', ['-rlF', secret, directory], { encoding: 'utf8' });
      expect(found.stdout).toBe('');
    });

    test('`cackle test` runs the tests, again and again', async () => {
      const directory = fixture('queried-variable');
      for (const _ of [1, 2]) {
        const ran = await cackle(['--path', directory, 'test'], { ASKED_FOR: '1' });
        expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('test goes ... ok')]);
      }
    });

    test('a configuration that passes it has it built with it, and one that hides it again without', async () => {
      const directory = fixture('queried-variable');
      const env = { ASKED_FOR: '1' };
      const found = async (rest: string): Promise<unknown[]> => {
        writeFileSync(join(directory, 'cackle.toml'), sandboxed(rest));
        const built = await check(directory, [], env);
        const again = await check(directory, [], env);
        expect([rest, again.counts.unitsBuilt]).toEqual([rest, 0]);
        return [built.counts.unitsBuilt > 0, built.problems.map(short)];
      };
      const passing = '[rustc.sandbox]\npass_env = ["ASKED_FOR"]\n';
      expect(await found('')).toEqual([true, []]);
      expect(await found(passing)).toEqual([true, seen]);
      expect(await found('')).toEqual([true, []]);
      expect(await found('[rustc.sandbox]\nkind = "Disabled"\n')).toEqual([true, seen]);
      expect(await found('[rustc.sandbox]\npass_env = ["OTHER"]\n')).toEqual([true, []]);
    });

    wholeTest('passed, it is watched by cargo as ever', async () => {
      const directory = fixture('queried-variable', {
        files: { 'cackle.toml': sandboxed('[rustc.sandbox]\npass_env = ["ASKED_FOR"]\n') },
      });
      expect((await check(directory)).problems.map(short)).toEqual([]);
      expect((await check(directory, [], { ASKED_FOR: '1' })).problems.map(short)).toEqual(seen);
      expect((await check(directory)).problems.map(short)).toEqual([]);
    });

    wholeTest('set by the configuration of cargo, or no longer', async () => {
      const directory = fixture('queried-variable', {
        files: { '.cargo/config.toml': '[env]\nASKED_FOR = "1"\n' },
      });
      const env = { ASKED_FOR: '1' };
      expect((await check(directory, [], env)).problems.map(short)).toEqual(seen);
      rmSync(join(directory, '.cargo'), { recursive: true });
      // To cargo the value is the same as before.
      expect((await check(directory, [], env)).problems.map(short)).toEqual([]);
    });
  },
);

describe.each([
  ['inside', '"Bubblewrap"'],
  ['outside', '"Disabled"'],
])('variables of ours and of cargo, %s', (_, kind) => {
  test.skipIf(kind === '"Bubblewrap"' && noBubblewrap)('no check builds for them', async () => {
    const directory = fixture('asks-for-our-variables', {
      files: { 'cackle.toml': config().replace('"Disabled"', kind) },
    });
    expect((await check(directory)).status).toBe(0);
    expect((await check(directory)).counts.unitsBuilt).toBe(0);
    for (const _ of [1, 2]) {
      const ran = await cackle(['--path', directory, 'test']);
      expect([ran.status, ran.stderr]).toEqual([0, expect.anything()]);
    }
  });
});

test.skipIf(noBubblewrap)(
  'a proc macro that puts a link in the place of what cargo is told has nothing written through it',
  async () => {
    const directory = fixture('queried-variable-link');
    const ran = await cackle(['-n', '--path', directory], { ASKED_FOR: '1' });
    // rustc itself follows it, inside, where there is nothing.
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining('.d')]);
  },
);

test('dep-info as cargo reads it (unit)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'queried-'));
  try {
    const file = join(directory, 'a.d');
    const victim = join(directory, 'victim');
    const head = `${file}: src/a.rs\n\nsrc/a.rs:\n\n`;
    writeFileSync(
      victim,
      `${head}# env-dep:HIDDEN=x\n# env-dep:SEEN=of the sandbox\n# env-dep:SET=by script\n# env-dep:UNSET\n# env-dep:BYTES=\\\\\n# env-dep:CACKLE_TOKEN\n# checksum:blake3=00 file_len:1 src/a.rs\n`,
    );
    chmodSync(victim, 0o444);
    spawnSync('ln', ['-s', victim, file]);
    const env = new Map([
      ['HIDDEN', 'secret'],
      ['SEEN', 'a\\b\nc'],
      ['SET', 'other'],
      ['BYTES', 'a\udcff'],
    ]);
    const { queried, asked } = tellCargo(file, env, ['SET'], (name) => name !== 'HIDDEN');
    // Rule 4.27: neither cargo nor the package's own script sets these.
    expect(asked).toEqual(['HIDDEN', 'SEEN', 'UNSET', 'BYTES', 'CACKLE_TOKEN']);
    expect(queried).toEqual([
      { name: 'HIDDEN', seen: false },
      { name: 'SEEN', seen: true },
      { name: 'UNSET', seen: true },
      { name: 'BYTES', seen: true },
    ]);
    expect(readFileSync(file, 'utf8')).toBe(
      `${head}# env-dep:SEEN=a\\\\b\\nc\n# env-dep:SET=by script\n# env-dep:UNSET\n# env-dep:BYTES\n# checksum:blake3=00 file_len:1 src/a.rs\n`,
    );
    expect(readFileSync(victim, 'utf8')).toContain('HIDDEN=x');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
