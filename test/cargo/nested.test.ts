import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type NestedAbout, realCargo } from '../../engine/build/nested-about.ts';
import { outerOf } from '../../engine/build/nested-cargo.ts';
import { comparePackages } from '../../engine/cargo/nested-packages.ts';
import { parseConfig } from '../../engine/config/read.ts';
import { normalisedSource } from '../../engine/config/sources.ts';
import { unknownPackages } from '../../engine/judge/config-problems.ts';
import type { Package, Workspace } from '../../engine/workspace/types.ts';
import { noBubblewrap, noLandlock } from '../sandbox/support.ts';
import { cackle, fixture, workspace } from '../support/cackle.ts';
import { sampled, whole, wholeTest } from '../support/whole.ts';

// Rules 7.14, 13.8, 13.9: what tests, build scripts, programs and proc macros have cargo build is behind the gates too. The programs of
// the fixture say themselves what has run: in their sandboxes nobody else could tell.

const kinds = [
  ['Disabled', undefined],
  ['Bubblewrap', noBubblewrap],
  ['Landlock', noLandlock],
] as const;

/** A copy of the fixture whose programs are in sandboxes of a kind. */
function inKind(kind: string): string {
  const directory = fixture('nested-cargo');
  const file = join(directory, 'cackle.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"Disabled"', `"${kind}"`));
  return directory;
}

/** What a build that succeeded says, or why it did not. */
const told = ({ status, stdout, stderr }: Awaited<ReturnType<typeof cackle>>) =>
  status === 0 ? 'it succeeded' : `${stdout}\n${stderr}`;

for (const [kind, missing] of kinds)
  test.skipIf(missing)(
    `rules 7.14, 13.8: a test in ${kind}: what is allowed builds, and of a hostile build nothing runs, however cargo is started`,
    async () => {
      const directory = inKind(kind);
      const ran = await cackle(['--path', directory, 'cargo', 'test', '-p', 'tested']);
      expect(told(ran)).toBe('it succeeded');
      expect(ran.stdout).toContain('2 passed');
    },
  );

for (const [kind, missing] of sampled(kinds.toReversed()))
  test.skipIf(missing)(
    `rules 7.14, 13.8: build scripts, which also try rustc out, and proc macros in ${kind}`,
    async () => {
      const directory = inKind(kind);
      const packages = ['-p', 'scripted', '-p', 'uses-macro'];
      const ran = await cackle(['--path', directory, 'check', ...packages]);
      expect(told(ran)).toBe('it succeeded');
    },
  );

// On purpose: elsewhere a program that starts cargo's own file so is not held back (docs/cargo.md).
for (const [kind, name, missing] of [
  ['Bubblewrap', 'by_a_path_without_what_stands_before_rustc', noBubblewrap],
  ['Landlock', 'without_what_stands_before_rustc', noLandlock],
  ['Disabled', 'without_what_stands_before_rustc', undefined],
] as const)
  test.skipIf(!whole || missing !== undefined)(`rule 7.14: ${name} in ${kind}`, async () => {
    const directory = inKind(kind);
    const words = ['test', '-p', 'tested', '--', '--ignored', '--exact', name];
    const ran = await cackle(['--path', directory, 'cargo', ...words]);
    expect(told(ran)).toBe('it succeeded');
    expect(ran.stdout).toContain('1 passed');
  });

test('rule 7.14: where a sandbox shows cargo no more, our program does not take itself for it', () => {
  const directory = workspace('nested-shown', { 'real/cargo': '' });
  const outer = { configFile: '/c', root: '/', built: [], packages: [] };
  const about: NestedAbout = { cargo: '/bin/cargo', cargoHome: '/', shim: '/shim', outer };
  expect(realCargo(directory, 'confined', about)).toBe('/bin/cargo');
  expect(() => realCargo(directory, 'covering', about)).toThrow('does not show cargo');
  writeFileSync(join(directory, 'real/cargo'), 'ELF');
  expect(realCargo(directory, 'covering', about)).toBe(join(directory, 'real/cargo'));
});

test('rules 2.21, 13.8: with gates_only, a program that a build script has cargo run is judged: it runs while cargo builds', async () => {
  const script =
    'fn main() { println!("cargo:rerun-if-changed=build.rs"); let _ = std::process::Command::new("cargo").args(["run", "--offline", "--manifest-path", "inner/Cargo.toml"]).status(); }';
  const manifest = (name: string): string =>
    `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n[workspace]\n`;
  const directory = workspace('nested-gates-only', {
    'Cargo.toml': manifest('outer'),
    'build.rs': script,
    'src/lib.rs': '',
    'inner/Cargo.toml': manifest('inner'),
    'inner/src/main.rs': 'fn main() { std::fs::write("proof", "").unwrap(); }',
  });
  const settings = (inner: string): string =>
    `[common]\nversion = 3\nimport_std = ["fs", "process"]\ngates_only = true\nnested_packages = ["inner"]\n[sandbox]\nkind = "Disabled"\n[pkg.outer]\nbuild.allow_apis = ["process"]\n${inner}`;
  const check = async (inner: string): Promise<boolean> => {
    writeFileSync(join(directory, 'cackle.toml'), settings(inner));
    rmSync(join(directory, 'target'), { recursive: true, force: true });
    expect((await cackle(['-n', '--path', directory])).status).toBe(0);
    return existsSync(join(directory, 'proof'));
  };
  expect(await check('')).toBe(false);
  expect(await check('[pkg.inner]\nallow_apis = ["fs"]\n')).toBe(true);
});

wholeTest('rule 7.14: a program that cargo runs', async () => {
  const directory = fixture('nested-cargo');
  const ran = await cackle(['--path', directory, 'cargo', 'run', '-p', 'runs']);
  expect(told(ran)).toBe('it succeeded');
});

test('rule 5.12: packages that only a nested cargo builds are known where cackle.toml says so', () => {
  const text = 'version = 3\nnested_packages = ["inner"]\n[pkg.inner]\n[pkg.other]\n';
  const read = parseConfig('cackle.toml', `[common]\n${text}`);
  const unknown = unknownPackages(read, { byName: new Map() } as unknown as Workspace);
  expect(unknown).toMatchObject([{ kind: 'unknown-package', packageName: 'other' }]);
});

for (const [kind, missing] of kinds)
  test.skipIf(!whole || missing !== undefined)(
    `rule 13.8: trybuild in ${kind}`,
    async ({ skip }) => {
      const directory = fixture('nested-trybuild');
      const file = join(directory, 'cackle.toml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"Disabled"', `"${kind}"`));
      try {
        execFileSync('cargo', ['fetch'], { cwd: directory, stdio: 'pipe' });
      } catch {
        skip('its packages cannot be fetched');
      }
      const ran = await cackle(['--path', directory, 'cargo', 'test', '--offline', '--test', 'ui']);
      expect(told(ran)).toBe('it succeeded');
      expect(ran.stderr).toContain('Compiling nested-trybuild-tests');
    },
  );

describe('rule 13.9: a nested cargo builds the packages of its program’s lock file', () => {
  const crates = 'registry+https://github.com/rust-lang/crates.io-index';
  const entry = (name: string, version: string, source?: string, checksum?: string): string =>
    [
      ...['[[package]]', `name = "${name}"`, `version = "${version}"`],
      ...(source === undefined ? [] : [`source = "${source}"`]),
      ...(checksum === undefined ? [] : [`checksum = "${checksum}"`]),
    ].join('\n');
  const lock = (...entries: string[]): string => ['version = 4', ...entries].join('\n\n');

  /** A workspace as far as packages are compared: each as name, version, and source or directory. */
  const treeOf = (root: string, ...packages: [string, string, string][]): Workspace => {
    const all = packages.map(([name, version, from]): Partial<Package> => {
      const isDirectory = from.startsWith('/');
      return {
        ...{ name, cargoName: name, version },
        source: isDirectory ? '.' : normalisedSource(from),
        directory: isDirectory ? from : `/registry/${name}-${version}`,
      };
    });
    const places = { root, targetDirectory: `${root}/target`, buildDirectory: `${root}/target` };
    return { ...places, packages: all } as unknown as Workspace;
  };

  const outer = workspace('nested-lock', {
    'Cargo.lock': lock(
      entry('outer', '1.0.0'),
      entry('dep', '1.0.0', crates, 'aa'),
      entry('by-git', '1.0.0', 'git+https://example.org/by-git?rev=1#1111'),
    ),
  });
  const tree = treeOf(outer, ['outer', '1.0.0', outer], ['dep', '1.0.0', crates]);
  const inner = join(outer, 'target', 'inner');

  /** Why an inner workspace with a lock file and packages is refused. */
  function fault(text: string, ...packages: [string, string, string][]): string {
    const root = workspace('nested-lock/target/inner', { 'Cargo.lock': text });
    try {
      comparePackages(
        treeOf(root, ['inner', '1.0.0', root], ...packages),
        outerOf(tree, 'cackle.toml'),
      );
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  }

  test('with the same version, source and checksum', () => {
    const git = 'git+https://example.org/by-git?rev=1#1111';
    const same = lock(entry('inner', '1.0.0'), entry('dep', '1.0.0', crates, 'aa'));
    expect(fault(same, ['dep', '1.0.0', crates], ['outer', '1.0.0', outer])).toBe('none');
    expect(fault(lock(entry('by-git', '1.0.0', git)), ['by-git', '1.0.0', git])).toBe('none');
    for (const [text, p] of [
      [entry('dep', '1.0.0', crates, 'bb'), ['dep', '1.0.0', crates]],
      [entry('dep', '1.0.1', crates, 'aa'), ['dep', '1.0.1', crates]],
      [entry('dep', '1.0.0', crates), ['dep', '1.0.0', crates]],
      [entry('dep', '1.0.0', git), ['dep', '1.0.0', git]],
      [entry('by-git', '1.0.0', git.replace('1111', '2222')), ['by-git', '1.0.0', git]],
    ] as const)
      expect(fault(lock(text), [...p])).toContain(`${p[0]} ${p[1]} is in Cargo.lock as`);
    expect(
      fault(lock(entry('other', '1.0.0', crates, 'aa')), ['other', '1.0.0', crates]),
    ).toContain('other 1.0.0 is not in Cargo.lock');
    expect(fault(lock(), ['dep', '1.0.0', crates])).toContain(
      'dep 1.0.0 is not in the Cargo.lock beside it',
    );
  });

  test('or directories of the workspace or of what is built, of no other package’s name', () => {
    const text = lock(entry('inner', '1.0.0'));
    expect(fault(text, ['beside', '1.0.0', join(inner, 'beside')])).toBe('none');
    expect(fault(text, ['in-tree', '1.0.0', join(outer, 'fixtures')])).toBe('none');
    expect(fault(text, ['far', '1.0.0', '/registry/dep-1.0.0/hidden'])).toContain(
      'far is the directory /registry/dep-1.0.0/hidden, outside of the workspace',
    );
    expect(fault(text, ['dep', '1.0.0', join(inner, 'dep')])).toContain(
      'another package of that name is in Cargo.lock',
    );
  });
});
