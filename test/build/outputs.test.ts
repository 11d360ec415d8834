import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';

const shorts = async (name: string): Promise<string[]> => {
  const directory = fixture(name);
  const first = (await check(directory)).problems.map(short).sort();
  // The second check finds everything fresh, and says the same.
  expect((await check(directory)).problems.map(short).sort()).toEqual(first);
  return first;
};

test('rules 1.2, 4.1: bin, example, bench, and a test without harness', async () => {
  expect(await shorts('bin-example-bench')).toEqual([
    'disallowed-api outputs env',
    'disallowed-api outputs fs',
    'disallowed-api outputs process',
    'disallowed-api outputs.test fs',
    'disallowed-api outputs.test net',
  ]);
});

test('rules 4.1, 4.3: several crate types in one library: what a cdylib and a staticlib export is live', async () => {
  expect(await shorts('cdylib-and-staticlib')).toEqual(['disallowed-api helper fs']);
});

test('a dylib that a program prefers', async () => {
  expect(await shorts('dylib-preferred')).toEqual(['disallowed-api helper fs']);
});

test('no_std and no_main: the entry point is what the linker takes for it', async () => {
  expect(await shorts('no-std-no-main')).toEqual(['disallowed-api bare wire']);
});

test('rule 6.11: the target directory of the environment and of the configuration', async () => {
  const directory = fixture('target-directory-elsewhere');
  expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api elsewhere fs']);
  expect([
    existsSync(join(directory, 'there/.cackle')),
    existsSync(join(directory, 'target')),
  ]).toEqual([true, false]);
});
