import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, config, fixture, manifest, short } from '../support/cackle.ts';

const shorts = async (directory: string, args: string[] = []): Promise<string[]> =>
  (await check(directory, args)).problems.map(short);
const whole = (text: string): string =>
  config(text).replace(
    'version = 3',
    'version = 3\nbuild_flags = ["--workspace", "--all-targets"]',
  );

test('rule 4.8: who lists a file answers in the programs that it is part of, whenever it is built', async () => {
  const directory = fixture('shared-program');
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
  const directory = fixture('shared-script');
  const first = await shorts(directory);
  expect(first).toEqual([]);
  expect(await shorts(directory)).toEqual(first);
});

test('what is no longer there has no say: a test that shared a file', async () => {
  const directory = fixture('shared-gone');
  expect(await shorts(directory)).toEqual([]);
  rmSync(join(directory, 'a/tests'), { recursive: true });
  writeFileSync(join(directory, 'cackle.toml'), whole('[pkg.b]\nallow_apis = ["fs"]\n'));
  expect(await shorts(directory)).toEqual([]);
  expect(await shorts(directory, ['--verify'])).toEqual([]);
});

test('what is no longer there has no say: an example of the provider that had read the user’s file', async () => {
  const directory = fixture('shared-provider');
  // Nor has it while it is there: it is no part of the program.
  expect(await shorts(directory)).toEqual(['off-tree-api tool door']);
  rmSync(join(directory, 'provider/examples'), { recursive: true });
  expect(await shorts(directory)).toEqual(['off-tree-api tool door']);
});
