import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

const shorts = async (directory: string, args: string[] = []): Promise<string[]> =>
  (await check(directory, args)).problems.map(short);
const whole = (text: string): string =>
  config(text).replace(
    'version = 3',
    'version = 3\nbuild_flags = ["--workspace", "--all-targets"]',
  );
const include = (file: string): string => `#[path = "${file}"]\npub mod shared;\n`;
const reads = 'pub fn read() { std::fs::read(".").ok(); }';

test('rule 4.8: who lists a file answers in the programs that it is part of, whenever it is built', async () => {
  const directory = workspace('shared-program', {
    'Cargo.toml': `${manifest('first')}[workspace]\nmembers = ["other"]\n`,
    'src/main.rs': 'mod shared;\nfn main() { shared::read(); }',
    'src/shared.rs': reads,
    'other/Cargo.toml': manifest('other'),
    'other/src/lib.rs': include('../../src/shared.rs'),
    'cackle.toml': whole('[pkg.first]\nallow_apis = ["fs"]\n'),
  });
  expect(await shorts(directory)).toEqual([]);
  expect(await shorts(directory)).toEqual([]);
  writeFileSync(
    join(directory, 'Cargo.toml'),
    `${manifest('first', '[dependencies]\nother = { path = "other" }\n')}[workspace]\nmembers = ["other"]\n`,
  );
  writeFileSync(
    join(directory, 'src/main.rs'),
    'mod shared;\nfn main() { shared::read(); other::shared::read(); }',
  );
  expect(await shorts(directory)).toEqual(['disallowed-api other fs']);
});

test('rule 4.8: a build script answers by what it is made of, not by what is compiled after it', async () => {
  const directory = workspace('shared-script', {
    'Cargo.toml': '[workspace]\nresolver = "2"\nmembers = ["b", "z"]\n',
    'common.rs': reads,
    'b/Cargo.toml': manifest('b'),
    'b/build.rs':
      '#[path = "../common.rs"] mod common;\nfn main() { common::read(); println!("cargo:rerun-if-changed=build.rs"); }',
    'b/src/lib.rs': '',
    'z/Cargo.toml': manifest('z', '[dependencies]\nb = { path = "../b" }\n'),
    'z/src/lib.rs': include('../../common.rs'),
    'cackle.toml': whole('[pkg.b]\nbuild.allow_apis = ["fs"]\n'),
  });
  const first = await shorts(directory);
  expect(first).toEqual([]);
  expect(await shorts(directory)).toEqual(first);
});

test('what is no longer there has no say: a test that shared a file', async () => {
  const files = {
    'Cargo.toml': '[workspace]\nresolver = "2"\nmembers = ["a", "b"]\n',
    'common.rs': reads,
    'a/Cargo.toml': manifest('a'),
    'a/src/lib.rs': '',
    'a/tests/t.rs': `${include('../../common.rs')}#[test] fn t() { shared::read(); }`,
    'b/Cargo.toml': manifest('b'),
    'b/src/main.rs': `${include('../../common.rs')}fn main() { shared::read(); }`,
    'cackle.toml': whole('[pkg.a]\ntest.allow_apis = ["fs"]\n[pkg.b]\nallow_apis = ["fs"]\n'),
  };
  const directory = workspace('shared-gone', files);
  expect(await shorts(directory)).toEqual([]);
  rmSync(join(directory, 'a/tests'), { recursive: true });
  writeFileSync(join(directory, 'cackle.toml'), whole('[pkg.b]\nallow_apis = ["fs"]\n'));
  expect(await shorts(directory)).toEqual([]);
  expect(await shorts(directory, ['--verify'])).toEqual([]);
});

test('what is no longer there has no say: an example of the provider that had read the user’s file', async () => {
  const files = {
    'Cargo.toml': '[workspace]\nresolver = "2"\nmembers = ["app", "provider", "tool"]\n',
    'app/Cargo.toml': manifest(
      'app',
      '[dependencies]\nprovider = { path = "../provider" }\ntool = { path = "../tool" }\n',
    ),
    'app/src/main.rs': 'fn main() {\n    tool::call!(provider::door::open);\n}',
    'tool/Cargo.toml': manifest('tool'),
    'tool/src/lib.rs':
      '#[collapse_debuginfo(no)]\n#[macro_export]\nmacro_rules! call { ($f:path) => {\n    $f()\n} }',
    'provider/Cargo.toml': manifest('provider'),
    'provider/src/lib.rs': 'pub mod door {\n    pub fn open() {}\n}\n',
    'provider/examples/e.rs':
      'const S: &str = include_str!("../../app/src/main.rs");\nfn main() { println!("{}", S); }',
    'cackle.toml': whole('[api.door]\ninclude = ["provider::door"]\n'),
  };
  const directory = workspace('shared-provider', files);
  // Nor has it while it is there: it is no part of the program.
  expect(await shorts(directory)).toEqual(['off-tree-api tool door']);
  rmSync(join(directory, 'provider/examples'), { recursive: true });
  expect(await shorts(directory)).toEqual(['off-tree-api tool door']);
});
