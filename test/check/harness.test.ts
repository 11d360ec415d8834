import { describe, expect, test } from 'vitest';
import { cackle, check, config, manifest, short, workspace } from '../support/cackle.ts';
import { noNightly, onNightly } from '../support/nightly.ts';

const library = 'pub fn a() {}\n#[test] fn works() { a() }';
const ownMain =
  'use std::process::ExitCode;\nfn main() -> ExitCode { n_a::a(); ExitCode::SUCCESS }';
const ownHarness = '[[test]]\nname = "own"\nharness = false\n';

/** A package with tests, and the profile that they are compiled with. */
function tested(name: string, files: Readonly<Record<string, string>>, profile: string): string {
  const { 'Cargo.toml': more = '', ...rest } = files;
  return workspace(name, {
    'Cargo.toml': manifest(name, `${more}\n[profile.cackle]\ninherits = "dev"\n${profile}`),
    ...rest,
    'cackle.toml': config(),
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
  (name, env, missing) => {
    const reason = missing === undefined ? '' : ` — ${missing}`;
    test.skipIf(missing !== undefined).each([
      ['unoptimised', 'opt-level = 0\n'],
      ['optimised', 'opt-level = 3\n'],
    ])(`of the harness: nobody's, ${'%s'}${reason}`, async (kind, profile) => {
      const files = { 'src/lib.rs': library, 'tests/t.rs': '#[test] fn t() {}' };
      const directory = tested(`harness-${name}-${kind}`, files, profile);
      const { status, stderr } = await cackle(['-n', '--path', directory, 'test'], env);
      expect([status, stderr]).toEqual([0, expect.stringContaining('Finished')]);
    });

    test.skipIf(missing !== undefined)(`of the package: its own${reason}`, async () => {
      const files = {
        'Cargo.toml': ownHarness,
        'src/lib.rs': library,
        'tests/own.rs': ownMain.replace('n_a', `harness_${name}_own`),
      };
      expect(await refused(tested(`harness-${name}-own`, files, ''), env)).toEqual([
        `disallowed-api harness-${name}-own.test process`,
      ]);
    });

    test.skipIf(missing !== undefined).each([
      [
        'a function called main in a module',
        'mod m { pub fn main() { let _ = std::process::Command::new("x"); } }\n#[test] fn t() { m::main() }',
      ],
      [
        'a main of its own beside that of the harness',
        '#[test] fn t() { main() }\nfn main() { let _ = std::process::Command::new("x"); }',
      ],
      [
        'a symbol of the name, without that of the harness',
        '#![no_main]\n#[no_mangle] pub extern "C" fn main() -> i32 { let _ = std::process::Command::new("x"); 0 }',
      ],
    ])(`%s counts${reason}`, async (what, source) => {
      const own = `harness-${name}-${what.split(' ').slice(1, 2).join('')}-${source.length}`;
      const files = { 'src/lib.rs': 'pub fn a() {}', 'tests/t.rs': source };
      expect(await refused(tested(own, files, ''), env)).toContain(
        `disallowed-api ${own}.test process`,
      );
    });
  },
);
