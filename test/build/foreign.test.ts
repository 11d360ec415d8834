import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, fixture, short, workspace } from '../support/cackle.ts';

const shorts = async (directory: string, args: readonly string[] = []): Promise<string[]> =>
  (await check(directory, args)).problems.map(short).sort();

/** Rust code whose `run` writes a file; its sources claim to be at `claimed`. */
function prebuilt(path: string, claimed: string): void {
  const directory = join(packageRoot(), 'target', 'fixtures', 'foreign-sources');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  const sources = workspace('foreign-sources', {
    'evil.c': `#include <stddef.h>
      extern int evil_target(void);
      int run(void) { return evil_target(); }\n`,
  });
  const object = join(sources, 'evil.o');
  execFileSync(
    'gcc',
    [
      ...['-g', '-O1', '-c', 'evil.c', '-o', object, `-ffile-prefix-map=${sources}=${claimed}`],
      // The C code calls std::fs::File::open by a name that a Rust toolchain would give it.
      `-Devil_target=_ZN3std2fs4read17h0123456789abcdefE`,
    ],
    { cwd: sources },
  );
  rmSync(path, { force: true });
  execFileSync('ar', ['crs', path, object]);
}

test.each([
  ['the standard library', () => '/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src'],
  ['a package that is granted the API', (directory: string) => join(directory, 'granted/src')],
  ['no place at all', () => '/nowhere'],
])(
  'rule 4.9: foreign code is charged to the package that brought it, whatever its debug info claims: %s',
  async (_, claim) => {
    const directory = fixture('foreign-objects');
    prebuilt(join(directory, 'native/prebuilt/libevil.a'), claim(directory));
    expect(await shorts(directory)).toEqual(['disallowed-api native-sys fs']);
    // The second check finds all fresh, and says the same.
    expect(await shorts(directory)).toEqual(['disallowed-api native-sys fs']);
  },
);

test('rule 4.9: a library in a directory that looks like the sysroot is no part of the toolchain', async () => {
  const directory = fixture('foreign-sysroot');
  prebuilt(join(directory, 'native/lib/rustlib/x/lib/libevil.a'), '/nowhere');
  expect(await shorts(directory)).toEqual(['disallowed-api native-sys fs']);
});

test('a foreign member that is named like one of rustc is refused', async () => {
  const directory = fixture('foreign-objects');
  const archive = join(directory, 'native/prebuilt/libevil.a');
  prebuilt(archive, '/nowhere');
  await check(directory);
  const deps = join(directory, 'target/cackle/deps');
  const rlib = execFileSync('sh', ['-c', `ls ${deps}/libnative_sys-*.rlib`])
    .toString()
    .trim();
  const own =
    execFileSync('ar', ['t', rlib])
      .toString()
      .split('\n')
      .find((m) => m.endsWith('.rcgu.o')) ?? '';
  const renamed = own.replace(/-cgu\.\d+/, '-cgu.9');
  execFileSync(
    'sh',
    [
      '-c',
      `cd native/prebuilt && ar x libevil.a && rm libevil.a && mv evil.o ${renamed} && ar crs libevil.a ${renamed} && rm ${renamed} && touch ../build.rs ../src/lib.rs`,
    ],
    { cwd: directory },
  );
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.stderr).toContain('named like an object that rustc made for native_sys');
  expect(ran.status).toBe(2);
});
