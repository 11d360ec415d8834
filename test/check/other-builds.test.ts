import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';

/** Each package needs what cackle.toml allows it in another build alone: with a feature, for Windows, of the tests. */
const needed = `[pkg.chain-leaf]
allow_apis = ["net"]

[pkg.re-exports]
allow_apis = ["net"]

[pkg.renamed-leaf]
allow_apis = ["fs"]

[pkg.calls-macro]
allow_unsafe = true

[pkg.only-optional]
allow_proc_macro = true
allow_apis = ["fs"]

[pkg.only-windows]
allow_unsafe = true
allow_extern = true

[pkg.only-tests]
allow_apis = ["fs"]

[pkg.dev-macro]
allow_proc_macro = true
allow_apis = ["fs"]

[pkg."twin@deps/twin-of-windows"]
allow_apis = ["net"]

[pkg.says-more]
build.allow_apis = ["env"]
build.allow_build_instructions = ["cargo:rustc-link-lib=*"]
build.sandbox.allow_network = true
`;

describe('rule 5.11: what another target or feature of the lock file, or the tests, need', () => {
  test.each<[string, string[]]>([
    ['as it is', []],
    ['with a feature', ['--features', 'x']],
    ['for a target', ['--target', 'x86_64-unknown-linux-gnu']],
  ])('is not called unused, and what nobody needs is: %s', async (_, args) => {
    const directory = fixture('needed-by-other-builds');
    const { problems } = await check(directory, args);
    const told = problems.flatMap((p) =>
      ['unused-allow-api', 'unused-setting', 'unknown-package'].includes(p.kind)
        ? [`${p.kind} ${'packageName' in p ? p.packageName : ''}`]
        : [],
    );
    expect(told.sort()).toEqual([
      'unknown-package gone',
      'unused-allow-api plain',
      'unused-setting plain',
    ]);
  });

  test('stays when fixes are accepted, in each build', async () => {
    const directory = fixture('needed-by-other-builds');
    const path = join(directory, 'cackle.toml');
    for (const args of [[], ['--features', 'x']]) {
      const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory, ...args]);
      expect([ran.status, ran.stderr]).toEqual([0, expect.anything()]);
      const now = readFileSync(path, 'utf8');
      for (const table of needed.split('\n\n')) {
        const lines = table.trim().split('\n');
        for (const line of lines)
          expect([args, line, now.includes(line)]).toEqual([args, line, true]);
      }
      expect(now).not.toMatch(/pkg\.(?:plain|gone)/);
    }
  });
});

test('rules 5.11, 5.18: another version of a package that only another target has may need it', async () => {
  const directory = fixture('needed-by-another-version');
  const { problems } = await check(directory);
  expect(problems.map(short).sort()).toEqual([
    'unused-allow-api plain net',
    'unused-setting plain',
  ]);
  // Without that version, nothing needs it.
  const manifest = join(directory, 'Cargo.toml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/\[target[^[]*/, ''));
  rmSync(join(directory, 'Cargo.lock'));
  const alone = await check(directory);
  expect(alone.problems.map(short).sort()).toEqual([
    'unmatched-api-path disk',
    'unused-allow-api leaf fs',
    'unused-allow-api plain net',
    'unused-setting leaf',
    'unused-setting leaf.build',
    'unused-setting plain',
  ]);
});

test('rule 5.12: the nearest name may be that of a package for another target', async () => {
  const directory = fixture('needed-by-other-builds', {
    config: '[pkg.only-windoes]\nallow_apis = ["fs"]\n',
    as: 'misspelt-for-windows',
  });
  const { problems } = await check(directory);
  const unknown = problems.filter(({ kind }) => kind === 'unknown-package');
  expect(unknown).toMatchObject([{ nearest: 'only-windows' }]);
});
