import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture } from '../support/cackle.ts';

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
