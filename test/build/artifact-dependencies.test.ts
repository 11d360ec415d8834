import { expect, test } from 'vitest';
import { cackle, check, config, manifest, workspace } from '../support/cackle.ts';
import { noNightly, onNightly } from '../support/nightly.ts';

// Rule 9.11: a program that a build script gets to run would run before it was judged.

const files = (dependencies: string): Record<string, string> => ({
  'Cargo.toml': manifest('user', dependencies),
  'src/main.rs': 'fn main() {}',
  'build.rs': `fn main() {
    if let Ok(tool) = std::env::var("CARGO_BIN_FILE_TOOL") { std::process::Command::new(tool).status().unwrap(); }
}`,
  'tool/Cargo.toml': manifest('tool'),
  'tool/src/main.rs': 'fn main() { std::fs::write("ran", "").unwrap(); }',
  '.cargo/config.toml': '[unstable]\nbindeps = true\n',
  'cackle.toml': config('[pkg.user]\nbuild.allow_apis = ["process", "env"]\n'),
});

test.skipIf(noNightly !== undefined)(
  `a program that a build script would be given to run ends check and test ${noNightly ?? ''}`,
  async () => {
    const directory = workspace(
      'artifact-build',
      files('[build-dependencies]\ntool = { path = "tool", artifact = "bin" }\n'),
    );
    for (const args of [
      ['-n', '--path', directory],
      ['--path', directory, 'test'],
    ]) {
      const ran = await cackle(args, onNightly);
      expect(ran.status).toBe(2);
      expect(ran.stderr).toContain('the build script of user gets a program of tool to run');
    }
  },
);

test.skipIf(noNightly !== undefined)(
  `a program that only the package itself refers to is judged as any other ${noNightly ?? ''}`,
  async () => {
    const directory = workspace(
      'artifact-normal',
      files('[dependencies]\ntool = { path = "tool", artifact = "bin" }\n'),
    );
    const { problems } = await check(directory, [], onNightly);
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'disallowed-api', packageName: 'tool', api: 'fs' }),
    );
  },
);

/** A proc macro, or what it links, that would run the program whenever it expands. */
const ofMacro = (place: 'macro' | 'below'): Record<string, string> => {
  const given = '[dependencies]\ntool = { path = "../tool", artifact = "bin" }\n';
  const runs =
    'pub fn run() { if let Some(tool) = option_env!("CARGO_BIN_FILE_TOOL") { std::process::Command::new(tool).status().unwrap(); } }';
  return {
    ...files('[dependencies]\nmakes = { path = "makes" }\n'),
    'build.rs': 'fn main() {}',
    'src/main.rs': 'makes::it!(); fn main() {}',
    'makes/Cargo.toml': manifest(
      'makes',
      `[lib]\nproc-macro = true\n${place === 'macro' ? given : '[dependencies]\nbelow = { path = "../below" }\n'}`,
    ),
    'makes/src/lib.rs': `${place === 'macro' ? runs.replace('pub ', '') : 'use below::run;'}
#[proc_macro] pub fn it(_: proc_macro::TokenStream) -> proc_macro::TokenStream { run(); proc_macro::TokenStream::new() }`,
    ...(place === 'below'
      ? { 'below/Cargo.toml': manifest('below', given), 'below/src/lib.rs': runs }
      : {}),
    'cackle.toml': config('[pkg.makes]\nallow_proc_macro = true\nallow_apis = ["process"]\n'),
  };
};

test.skipIf(noNightly !== undefined).each([
  ['a program of a proc macro', ofMacro('macro'), 'makes, which runs while'],
  ['a program of what a proc macro links', ofMacro('below'), 'below, which runs while'],
  [
    'a shared library of a build script',
    {
      ...files('[build-dependencies]\ntool = { path = "tool", artifact = "cdylib" }\n'),
      'tool/Cargo.toml': manifest('tool', '[lib]\ncrate-type = ["cdylib"]\n'),
      'tool/src/lib.rs': '',
    },
    'the build script of user gets a shared library of tool to run',
  ],
])(`%s ends check and test ${noNightly ?? ''}`, async (name, tree, said) => {
  const directory = workspace(`artifact-${name.replaceAll(' ', '-')}`, tree);
  for (const args of [
    ['-n', '--path', directory],
    ['--path', directory, 'test'],
  ]) {
    const ran = await cackle(args, onNightly);
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining(said)]);
  }
});
