import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { OtherTargets } from '../../engine/conditions/other-cfg.ts';
import { KeptReviews } from '../../engine/diff/kept-reviews.ts';
import { reviewSources } from '../../engine/diff/review.ts';
import type { Package } from '../../engine/workspace/types.ts';
import { workspacePlace } from '../support/cackle.ts';

const top = workspacePlace('review');
const linux = new OtherTargets('x86_64-unknown-linux-gnu', new Set(['unix', 'target_os="linux"']));

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
};

beforeEach(() => {
  rmSync(top, { recursive: true, force: true });
  process.env.XDG_CACHE_HOME = join(top, 'cache');
  put('was/old/src/lib.rs', 'pub fn one() {}\n');
  put('new/src/lib.rs', 'pub fn two() {}\n');
});

/** The review of `old` and `new`, whose build script lies beside it. */
async function review() {
  const directory = join(top, 'new');
  const targets = [
    { kind: ['lib'], sourcePath: join(directory, 'src/lib.rs') },
    { kind: ['custom-build'], sourcePath: join(top, 'build.rs') },
  ];
  const after = { directory, targets, isWorkspaceMember: false } as unknown as Package;
  const kept = await KeptReviews.open();
  return reviewSources({ before: join(top, 'was/old'), after }, linux, kept);
}

test('rule 11.11: a comparison of sources is kept by their content', async () => {
  const kept = await KeptReviews.open();
  const made = { size: undefined, buildScript: 'a', otherTargets: { places: [], count: 0 } };
  const fail = () => {
    throw new Error('made again');
  };
  expect(await kept.of('content', () => made)).toEqual(made);
  expect(await (await KeptReviews.open()).of('content', fail)).toEqual(made);
  await expect(kept.of('other content', fail)).rejects.toThrow('made again');
  const first = await review();
  expect(first.size).toEqual({ files: 1, added: 1, removed: 1 });
  expect(await review()).toEqual(first);
});

test.each<[string, () => void]>([
  ['the new version', () => put('new/src/lib.rs', 'pub fn win() {}\n#[cfg(windows)] mod a;\n')],
  ['the old version', () => put('was/old/src/lib.rs', '\npub fn old() {}\n')],
  ['a file that one has more', () => put('new/src/more.rs', 'mod a;\n')],
  ['the build script beside', () => put('build.rs', 'fn main() {}\n')],
])('rule 11.11: %s that is edited in place is noticed', async (_, change) => {
  const first = await review();
  change();
  const now = await review();
  rmSync(join(top, 'cache'), { recursive: true });
  expect(now).toEqual(await review());
  expect(now).not.toEqual(first);
});

test('rule 11.11: a file of the same size and time with other content is noticed', async () => {
  const file = join(top, 'new/src/lib.rs');
  const { atime, mtime } = statSync(file);
  const first = await review();
  put('new/src/lib.rs', 'pub fn one() {}\n');
  utimesSync(file, atime, mtime);
  expect([first.size?.files, (await review()).size?.files]).toEqual([1, 0]);
});

test('rule 11.8: what a build script may compile is named where it changed; what only stands there is not', async () => {
  const others = async (): Promise<string[]> =>
    (await review()).otherTargets.places.map(({ file, line, cfg }) => `${file}:${line} ${cfg}`);
  const how = 'if its build script compiles it there';
  for (const version of ['was/old', 'new']) {
    put(`${version}/c/same.c`, 'int a;\n');
    put(`${version}/c/changed.c`, 'int a;\n#ifdef _WIN32\nint b;\n#endif\n');
    put(`${version}/data/table`, 'one\n');
    put(`${version}/notes.txt`, 'one\n');
    put(`${version}/tests/t.c`, 'one\n');
  }
  put('build.rs', 'fn main() { cc::Build::new().file("data/table"); }\n');
  expect(await others()).toEqual([]);
  put('new/c/changed.c', 'int a;\n#ifdef _WIN32\nint c;\n#endif\n');
  put('new/c/more.S', 'nop\n');
  put('new/data/table', 'two\n');
  put('new/notes.txt', 'two\n');
  // Nobody compiles the tests of a dependency.
  put('new/tests/t.c', 'two\n');
  expect(await others()).toEqual([
    ...[`c/changed.c:3 ${how}`, `c/more.S:1 ${how}`, `data/table:1 ${how}`],
  ]);
});

test("rule 11.4: the size of a change has no lines of cargo's lock file and of packages in directories below", async () => {
  put('new/Cargo.lock', 'one\ntwo\n');
  put('new/crates/other/Cargo.toml', '[package]\n');
  put('new/crates/other/src/deep/lib.rs', '// a\n// b\n');
  expect((await review()).size).toEqual({ files: 1, added: 1, removed: 1 });
  put('new/src/Cargo.lock', 'data\n');
  expect((await review()).size).toEqual({ files: 2, added: 2, removed: 1 });
});
