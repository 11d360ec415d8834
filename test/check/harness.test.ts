import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, manifest, short } from '../support/cackle.ts';
import { noNightly, onNightly } from '../support/nightly.ts';

/** A package with one of the test crates of `mains-of-tests`, and the profile that they are compiled with. */
function tested(crate: string, profile = '', harness = true): string {
  const only = `autotests = false\n[[test]]\nname = "${crate}"\nharness = ${harness}\n`;
  const settings = `[profile.cackle]\ninherits = "dev"\n${profile}`;
  return fixture('mains-of-tests', {
    files: { 'Cargo.toml': manifest('harness', `${only}${settings}[workspace]\n`) },
  });
}

/** What is refused of them; the machine output comes only with problems. */
async function refused(directory: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  return (await check(directory, ['test', '--no-run'], env)).problems.map(short);
}

const toolchains: [string, NodeJS.ProcessEnv, string | undefined][] = [
  ['stable', {}, undefined],
  ['nightly', onNightly, noNightly],
];
describe.each(toolchains)(
  'rules 1.2, 4.10: the main of a program of tests, %s',
  (_, env, missing) => {
    const reason = missing === undefined ? '' : ` — ${missing}`;
    test.skipIf(missing !== undefined).each([
      ['unoptimised', 'opt-level = 0\n'],
      ['optimised', 'opt-level = 3\n'],
    ])(`of the harness: nobody's, ${'%s'}${reason}`, async (_, profile) => {
      const directory = tested('harness', profile);
      const { status, stderr } = await cackle(['-n', '--path', directory, 'test'], env);
      expect([status, stderr]).toEqual([0, expect.stringContaining('Finished')]);
    });

    test.skipIf(missing !== undefined)(`of the package: its own${reason}`, async () => {
      expect(await refused(tested('own', '', false), env)).toEqual([
        'disallowed-api harness.test process',
      ]);
    });

    test.skipIf(missing !== undefined).each([
      ['a function called main in a module', 'in_module'],
      ['a main of its own beside that of the harness', 'beside'],
      ['a symbol of the name, without that of the harness', 'symbol'],
    ])(`%s counts${reason}`, async (_, crate) => {
      expect(await refused(tested(crate), env)).toContain('disallowed-api harness.test process');
    });
  },
);
