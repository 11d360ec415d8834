import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loaderPath, withLoaderPath } from '../../engine/build/loader-path.ts';
import { kinds } from '../sandbox/support.ts';
import { cackle, check, fixture, short, workspacePlace } from '../support/cackle.ts';
import { fixtureSource } from '../support/fixtures.ts';
import { whole } from '../support/whole.ts';

describe("rule 9.14: what is left of a loader's path", () => {
  const place = workspacePlace('loader-path');
  const target = join(place, 'target');
  const built = join(place, 'elsewhere', 'built');
  const workspace = {
    targetDirectory: target,
    buildDirectory: built,
    sysroot: join(place, 'toolchain'),
  };
  const outputs = ['deps', 'deps/..', 'build/a-1/out', 'build/b-2/out'];

  beforeAll(() => {
    rmSync(place, { recursive: true, force: true });
    for (const path of [target, built])
      for (const output of outputs) mkdirSync(join(path, 'cackle', output), { recursive: true });
    for (const path of ['toolchain/lib', 'lib', 'member/deep'])
      mkdirSync(join(place, path), { recursive: true });
    symlinkSync(target, join(place, 'link'));
    symlinkSync(join(target, 'cackle'), join(place, 'lib', 'inner'));
    symlinkSync(join(place, 'lib'), join(target, 'outwards'));
  });

  /** What is left where nothing of the target directory is needed, or what `needed` says; each PLACE stands for the workspace's. */
  const left = async (
    given: string,
    {
      cwd = place,
      in: where = workspace,
      needed = (_: string): string | undefined => undefined,
    } = {},
  ): Promise<string | undefined> =>
    (
      await loaderPath(given.replaceAll('PLACE', place), cwd.replace('PLACE', place), {
        workspace: where,
        loaderPlace: async (directory) => needed(directory.replace(place, 'PLACE')),
      })
    )?.replaceAll(place, 'PLACE');

  test.each([
    ['outputs', 'PLACE/target/cackle/deps:PLACE/target/cackle'],
    ['the target directory itself', 'PLACE/target'],
    ['slashes at the end', 'PLACE/target/cackle/deps///'],
    ['slashes within', 'PLACE//target/./cackle//deps'],
    ['..', 'PLACE/lib/../target/cackle/deps'],
    ['.. out and in again', 'PLACE/target/../target'],
    ['a link to the target directory', 'PLACE/link/cackle/deps'],
    ['a link into it', 'PLACE/lib/inner/deps'],
    ['.. behind a link', 'PLACE/lib/inner/../cackle'],
    ['what is not there yet', 'PLACE/target/cackle/later'],
    ['what is not there yet, behind a link', 'PLACE/link/later/still'],
    ['a link that leads out', 'PLACE/target/outwards'],
    ['a build directory elsewhere', 'PLACE/elsewhere/built/cackle/deps'],
    ['relative', 'target/cackle/deps'],
    ['one of several, as glibc divides them', 'PLACE/target/cackle;PLACE/target/cackle/deps'],
    ['one of several, as musl divides them', 'PLACE/target/cackle\nPLACE/target/cackle/deps'],
  ])('nothing of %s', async (_, given) => {
    expect(await left(given)).toBeUndefined();
    expect(await left(`/usr/lib:${given}:PLACE/lib`)).toBe('/usr/lib:PLACE/lib');
  });

  test.each([
    [
      "the user's and the toolchain's, in their order",
      'PLACE/lib:PLACE/toolchain/lib:/opt/lib:/lib',
    ],
    ['twice the same', '/opt/lib:/opt/lib'],
    ['a name that only begins as the target directory', 'PLACE/target-of-another/deps'],
    ['around the target directory', 'PLACE'],
    ['the working directory, as the user gave it', ':/opt/lib:'],
    ['.. behind a link that leads out', 'PLACE/target/outwards/../lib'],
    ['relative', 'lib'],
  ])('all of %s', async (name, given) => {
    // As a text it lies in the target directory: that is enough.
    const expected = name.startsWith('..') ? undefined : given;
    expect(await left(given)).toBe(expected);
  });

  test('relative and empty entries are those of the working directory', async () => {
    const cwd = 'PLACE/member/deep';
    expect(await left('../../target/cackle/deps:/opt/lib', { cwd })).toBe('/opt/lib');
    expect(await left('target/cackle:/opt/lib', { cwd })).toBe('target/cackle:/opt/lib');
    expect(await left(':/opt/lib', { cwd: 'PLACE/target/cackle' })).toBe('/opt/lib');
  });

  test('of entries that a loader would divide, the harmless ones', async () => {
    expect(await left('/opt/lib;PLACE/target/cackle;/lib')).toBe('/opt/lib:/lib');
    expect(await left('/opt/lib;/lib')).toBe('/opt/lib;/lib');
  });

  test('a target directory that is a link, or holds all', async () => {
    const linked = { ...workspace, targetDirectory: join(place, 'link'), buildDirectory: '/none' };
    expect(await left('PLACE/target/cackle:PLACE/link/cackle:/lib', { in: linked })).toBe('/lib');
    const all = { ...workspace, targetDirectory: '/' };
    expect(await left('/opt/lib:PLACE/toolchain/lib', { in: all })).toBe('PLACE/toolchain/lib');
  });

  test('what a program needs stands where its directory stood, once', async () => {
    const needed = (directory: string): string | undefined =>
      directory.endsWith('/out') ? directory : directory.endsWith('/deps') ? '/links' : undefined;
    expect(
      await left(
        'PLACE/target/cackle/build/a-1/out:/a:PLACE/link/cackle/deps:/b:target/cackle/deps',
        {
          needed,
        },
      ),
    ).toBe('PLACE/target/cackle/build/a-1/out:/a:/links:/b');
  });

  test('what is not set stays so, and what would be empty is not set', async () => {
    const places = { workspace, loaderPlace: async () => undefined };
    const of = async (env: Record<string, string>): Promise<Record<string, string>> =>
      Object.fromEntries(await withLoaderPath(new Map(Object.entries(env)), place, places));
    expect(await of({ PATH: '/bin' })).toEqual({ PATH: '/bin' });
    expect(await of({ A: '1', LD_LIBRARY_PATH: join(target, 'cackle/deps') })).toEqual({ A: '1' });
    // As cargo has it where the user's is empty.
    expect(await of({ LD_LIBRARY_PATH: `${target}/cackle:` })).toEqual({});
    expect(await of({ LD_LIBRARY_PATH: '' })).toEqual({});
    expect(await of({ LD_LIBRARY_PATH: '/lib' })).toEqual({ LD_LIBRARY_PATH: '/lib' });
  });
});

/** Every file of a name below a directory. */
const named = (directory: string, name: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(`/${name}`),
  );

/** A fixture without a sandbox and with one, where that can be: the files to write over it. A sample has one kind of sandbox. */
function modes(
  name: string,
  sample: 'Bubblewrap' | 'Landlock',
): [string, Record<string, string>][] {
  const text = readFileSync(join(fixtureSource(name), 'cackle.toml'), 'utf8');
  const complete = text.includes('[rustc.sandbox]')
    ? text
    : `${text}\n[rustc.sandbox]\nkind = "Disabled"\n`;
  const file = (kind: string): Record<string, string> => ({
    'cackle.toml': complete.replaceAll(/"(?:Bubblewrap|Disabled)"/g, `"${kind}"`),
  });
  return [
    ['without a sandbox', file('Disabled')],
    ...kinds
      .filter(([kind, missing]) => missing === undefined && (whole || kind === sample))
      .map(([kind]): [string, Record<string, string>] => [`in ${kind}`, file(kind)]),
  ];
}

describe('rule 9.14: a library that a macro leaves for a moment among the outputs', () => {
  /** Both packages have to be at work at once. */
  const env = { CARGO_BUILD_JOBS: '2' };
  const planted = (files: Record<string, string>): string => {
    const directory = fixture('planted-while-building', { files });
    const planter = join(directory, 'planter');
    const options = ['-shared', '-fPIC', '-o', 'planted.so', 'planted.c'];
    expect(spawnSync('cc', options, { cwd: planter, encoding: 'utf8' })).toMatchObject({
      status: 0,
    });
    return directory;
  };

  test.each(modes('planted-while-building', 'Landlock'))(
    '%s: no program that starts meanwhile loads it, as with cargo it does',
    async (mode, files) => {
      const directory = planted(files);
      if (mode === 'without a sandbox') {
        const plain = spawnSync('cargo', ['build'], {
          cwd: directory,
          env: { ...process.env, ...env },
          encoding: 'utf8',
        });
        expect([plain.status, plain.stderr]).toEqual([0, expect.anything()]);
        expect(named(join(directory, 'target/debug'), 'loaded')).toHaveLength(1);
      }
      expect((await check(directory, [], env)).problems.map(short)).toEqual([]);
      expect(named(join(directory, 'target/cackle'), 'child-ended')).toHaveLength(1);
      expect(named(join(directory, 'target/cackle'), 'loaded')).toEqual([]);
    },
  );
});

describe('rule 9.14: shared libraries that programs need', () => {
  /** There, cargo has programs look for a dylib under its second name. */
  const newer = { RUSTC_BOOTSTRAP: '1', CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT: 'true' };

  test.each<[string, Record<string, string>, NodeJS.ProcessEnv?]>([
    ...modes('dylib-of-a-script', 'Bubblewrap'),
    ["in the newer layout of cargo's build directory", {}, newer],
  ])('%s: a dylib of a build script, a program and a test', async (_, files, env = {}) => {
    const directory = fixture('dylib-of-a-script', { files });
    expect((await check(directory, [], env)).problems.map(short)).toEqual([]);
    const ran = await cackle(['--path', directory, 'run'], env);
    expect([ran.stdout, ran.stderr]).toEqual(['helper helper\n', expect.anything()]);
    const tested = await cackle(['--path', directory, 'test', '--', '--nocapture'], env);
    expect(tested.stdout).toContain('tested with helper');
    const places = join(directory, 'target/.cackle/loader');
    const links = readdirSync(places).flatMap((place) => readdirSync(join(places, place)));
    expect([...new Set(links)]).toEqual(['libhelper.so']);
  });

  test.each(modes('shared-object-of-script', 'Landlock'))(
    '%s: one that a build script makes in its OUT_DIR, which does not run again for it',
    async (_, files) => {
      const directory = fixture('shared-object-of-script', { files });
      const ran = await cackle(['--path', directory, 'run']);
      expect([ran.stdout, ran.stderr]).toEqual(['the answer is 42\n', expect.anything()]);
      const tested = await cackle(['--path', directory, 'test', '--', '--nocapture']);
      const [, looked] = /looked in "(.*)"/.exec(tested.stdout) ?? [];
      const [first, ...others] = looked?.split(':') ?? [];
      expect(first).toMatch(/\/target\/cackle\/build\/uses-shared-object-[0-9a-f]+\/out$/);
      expect(others.filter((entry) => entry.startsWith(join(directory, 'target')))).toEqual([]);
      expect((await check(directory)).counts.unitsBuilt).toBe(0);
      const [script = ''] = named(join(directory, 'target/cackle'), 'looked-in');
      expect(readFileSync(join(directory, 'target/cackle', script), 'utf8')).not.toContain(
        join(directory, 'target'),
      );
    },
  );

  test('what it has beside them that the system has too, no program loads', async () => {
    const script = readFileSync(join(fixtureSource('shared-object-of-script'), 'build.rs'), 'utf8');
    const [[, files = {}] = []] = modes('shared-object-of-script', 'Landlock');
    const directory = fixture('shared-object-of-script', {
      as: 'shared-object-and-more',
      files: {
        ...files,
        'build.rs': script.replace(
          'let library',
          'std::fs::write(format!("{out}/libc.so.6"), "").unwrap();\n    std::fs::create_dir_all(format!("{out}/glibc-hwcaps/x86-64-v2")).unwrap();\n    let library',
        ),
      },
    });
    const ran = await cackle(['--path', directory, 'run']);
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([
      0,
      'the answer is 42\n',
      expect.anything(),
    ]);
    const places = join(directory, 'target/.cackle/loader');
    expect(readdirSync(places).flatMap((place) => readdirSync(join(places, place)))).toEqual([
      'libanswer.so',
    ]);
  });
});

describe('rule 9.14: the linker', () => {
  test.each(modes('environment-told', 'Bubblewrap'))(
    '%s looks nowhere among the outputs',
    async (mode, files) => {
      const place = workspacePlace('environment-of-linker');
      const directory = fixture('environment-told', {
        as: 'environment-of-linker',
        files: {
          ...files,
          linker: `#!/bin/sh
case ":$LD_LIBRARY_PATH" in *:${place}/target*) echo "looks in $LD_LIBRARY_PATH" >&2; exit 1;; esac
exec cc "$@"
`,
          '.cargo/config.toml': `[build]\nrustflags = ["-Clinker=${place}/linker"]\n`,
        },
      });
      chmodSync(join(directory, 'linker'), 0o755);
      expect((await check(directory)).problems.map(short)).toEqual([]);
      if (mode !== 'without a sandbox') return;
      // As cargo has it, this linker fails.
      const plain = spawnSync('cargo', ['build'], { cwd: directory, encoding: 'utf8' });
      expect([plain.status, plain.stderr]).toEqual([101, expect.stringContaining('looks in')]);
    },
  );
});

test('rules 6.12, 9.14: code that asks for the variable is not built again', async () => {
  const directory = fixture('simple', {
    as: 'asks-where-to-look',
    files: {
      'src/main.rs': 'fn main() {\n    print!("{:?}", option_env!("LD_LIBRARY_PATH"));\n}\n',
    },
  });
  const env = { LD_LIBRARY_PATH: '/opt/mine' };
  expect((await check(directory, [], env)).counts.unitsBuilt).toBe(2);
  expect((await check(directory, [], env)).counts.unitsBuilt).toBe(0);
  const ran = await cackle(['--path', directory, 'run'], env);
  expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('/opt/mine')]);
  expect(ran.stdout).not.toContain(directory);
});
