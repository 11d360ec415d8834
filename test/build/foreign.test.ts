import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, fixture, manifest, short } from '../support/cackle.ts';

const shorts = async (directory: string, args: readonly string[] = []): Promise<string[]> =>
  (await check(directory, args)).problems.map(short).sort();

/** C code whose `run` opens a file as Rust code would, made from the C file of a fixture's `native`; it claims to be at `claimed`. */
function prebuilt(directory: string, library: string, claimed: string): void {
  const native = join(directory, 'native');
  const archive = join(native, library);
  mkdirSync(dirname(archive), { recursive: true });
  const made = mkdtempSync(join(tmpdir(), 'foreign-'));
  const object = join(made, 'evil.o');
  execFileSync(
    'gcc',
    [
      ...['-g', '-O1', '-c', 'evil.c', '-o', object, `-ffile-prefix-map=${native}=${claimed}`],
      // The C code calls std::fs::File::open by a name that a Rust toolchain would give it.
      `-Devil_target=_ZN3std2fs4read17h0123456789abcdefE`,
    ],
    { cwd: native },
  );
  execFileSync('ar', ['crs', archive, object]);
  rmSync(made, { recursive: true });
}

test.each([
  ['the standard library', () => '/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src'],
  ['a package that is granted the API', (directory: string) => join(directory, 'granted/src')],
  ['no place at all', () => '/nowhere'],
])(
  'rule 4.9: foreign code is charged to the package that brought it, whatever its debug info claims: %s',
  async (_, claim) => {
    const directory = fixture('foreign-objects');
    prebuilt(directory, 'prebuilt/libevil.a', claim(directory));
    expect(await shorts(directory)).toEqual(['disallowed-api native-sys fs']);
    // The second check finds all fresh, and says the same.
    expect(await shorts(directory)).toEqual(['disallowed-api native-sys fs']);
  },
);

test('rule 4.9: a library in a directory that looks like the sysroot is no part of the toolchain', async () => {
  const directory = fixture('foreign-objects', {
    files: { 'native/Cargo.toml': manifest('native-sys', 'build = "build-sysroot.rs"\n') },
  });
  prebuilt(directory, 'lib/rustlib/x/lib/libevil.a', '/nowhere');
  expect(await shorts(directory)).toEqual(['disallowed-api native-sys fs']);
});

test('a foreign member that is named like one of rustc is refused', async () => {
  const directory = fixture('foreign-objects');
  prebuilt(directory, 'prebuilt/libevil.a', '/nowhere');
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
