import { expect, test } from 'vitest';
import { cackle, check, fixture } from '../support/cackle.ts';

// Rule 6.24: the report for people begins with what is held or failed, a line for programs of one kind.

/** The lines about what is held, failed or not checked, of a check with problems or without. */
async function linesOf(directory: string, more: readonly string[] = []): Promise<string[]> {
  const { stdout } = await cackle(['-n', ...more, '--path', directory]);
  return stdout.split('\n').filter((line) => /^(?:held|failed|not checked): /.test(line));
}

test('rule 6.24: several held macros are one line, and what waits for them another; --debug and JSON have all', async () => {
  const directory = fixture('held-macros');
  const lines = await linesOf(directory);
  expect(lines).toEqual([
    'held: 6 proc macros: macro-a needs allow_proc_macro, macro-b uses fs and needs allow_proc_macro, macro-c needs allow_proc_macro, macro-d needs allow_proc_macro, macro-e needs allow_proc_macro, … and 1 more',
    'not checked: 6 targets, because 6 proc macros are held',
  ]);
  expect((await linesOf(directory, ['--debug']))[0]).toMatch(/macro-f needs allow_proc_macro$/);
  expect((await check(directory)).unchecked).toHaveLength(6);
});

test('rule 6.13: of a crate that needs several held macros, each is named', async () => {
  const directory = fixture('held-macros', {
    files: { 'Cargo.toml': '[workspace]\nmembers = ["users-of-all"]\nresolver = "2"\n' },
    as: 'held-macros-of-one',
  });
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `macro-${name}`);
  // What a check before it found is not compiled again.
  for (let checks = 0; checks < 2; checks++) {
    const { unchecked } = await check(directory);
    expect(unchecked.map(({ packageLabel }) => packageLabel)).toEqual(names);
    for (const { blocks } of unchecked) expect(blocks).toContain('users-of-all (lib users_of_all)');
  }
});

test('rule 6.24: a held script is the first line, with what it uses and not what the library does', async () => {
  const { stdout } = await cackle(['-n', '--path', fixture('held-build-script')]);
  expect(stdout).toMatch(/^held: the build script of held, which uses fs\n\nheld\n/);
});

test('rule 6.24: a script that failed says how, and is no held one', async () => {
  const lines = await linesOf(fixture('build-scripts-that-fail'));
  expect(lines.filter((line) => line.startsWith('failed: ')).join('\n')).toContain(
    'the build script of fails: exit status 3',
  );
  expect(lines.filter((line) => line.startsWith('not checked: '))).toHaveLength(1);
});

test('rule 6.24: of a clean check no such line is written', async () => {
  expect(await linesOf(fixture('own-call'))).toEqual([]);
});
