import { expect, test } from 'vitest';
import { cackle, check, fixture, manifest } from '../support/cackle.ts';
import { noNightly, onNightly } from '../support/nightly.ts';

// Rule 9.11: a program that a build script gets to run would run before it was judged.

const bin = 'tool = { path = "tool", artifact = "bin" }';

/** The package `user` with the dependency of a row, in a section of its manifest, and a main that uses it. */
const depending = (section: string, dependency: string, main = 'fn main() {}\n'): string =>
  fixture('artifact-dependencies', {
    files: {
      'Cargo.toml': manifest('user', `[${section}]\n${dependency}\n[workspace]\n`),
      'src/main.rs': main,
    },
  });

test.skipIf(noNightly !== undefined)(
  `a program that only the package itself refers to is judged as any other ${noNightly ?? ''}`,
  async () => {
    const { problems } = await check(depending('dependencies', bin), [], onNightly);
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'disallowed-api', packageName: 'tool', api: 'fs' }),
    );
  },
);

const expands = 'makes::it!();\nfn main() {}\n';

test.skipIf(noNightly !== undefined).each([
  [
    'a program that a build script would be given to run',
    () => fixture('artifact-dependencies'),
    'the build script of user gets a program of tool to run',
  ],
  [
    'a program of a proc macro',
    () => depending('dependencies', 'makes = { path = "makes" }', expands),
    'makes, which runs while',
  ],
  [
    'a program of what a proc macro links',
    () => depending('dependencies', 'makes = { path = "makes-by-below" }', expands),
    'below, which runs while',
  ],
  [
    'a shared library of a build script',
    () => depending('build-dependencies', 'tool = { path = "plugin", artifact = "cdylib" }'),
    'the build script of user gets a shared library of tool to run',
  ],
])(`%s ends check and test ${noNightly ?? ''}`, async (_, made, said) => {
  const directory = made();
  for (const args of [
    ['-n', '--path', directory],
    ['--path', directory, 'test'],
  ]) {
    const ran = await cackle(args, onNightly);
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining(said)]);
  }
});
