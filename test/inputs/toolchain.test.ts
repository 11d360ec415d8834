import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture, manifest, workspace, workspacePlace } from '../support/cackle.ts';
import { expectClean, refused } from './support.ts';

// Rule 6.6: when cargo or the compiler fail, no check was made.

/** A directory of scripts, by name. */
function scripts(name: string, programs: Record<string, string>): string {
  const directory = workspace(name, programs);
  for (const program of Object.keys(programs)) chmodSync(join(directory, program), 0o755);
  return directory;
}

const toolchain = join(
  execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim(),
  'bin',
);

test('no cargo and no rustc on PATH', async () => {
  const directory = fixture('simple');
  const stderr = await refused(directory, [], { PATH: '/nowhere', CARGO: undefined });
  expect(stderr).toContain('cannot run rustc: it was not found');
  expect(stderr).toContain('install Rust');
  await expectClean(directory);
});

test('rustc without cargo', async () => {
  const path = workspacePlace('only-rustc');
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  symlinkSync(join(toolchain, 'rustc'), join(path, 'rustc'));
  const env = { PATH: `${path}:/usr/bin:/bin`, CARGO: undefined };
  const stderr = await refused(fixture('simple'), [], env);
  expect(stderr).toContain('cannot run cargo: it was not found');
  expect(stderr).toContain('install Rust');
});

test('CARGO that names nothing', async () => {
  const stderr = await refused(fixture('simple'), [], { CARGO: '/nowhere/cargo' });
  expect(stderr).toContain('cannot run /nowhere/cargo: it was not found');
});

test('a cargo that fails, one too old for what is asked, and one that says nonsense', async () => {
  const directory = fixture('simple');
  const path = scripts('odd-cargos', {
    fails: '#!/bin/sh\necho "this cargo is broken" >&2\nexit 3\n',
    old: "#!/bin/sh\necho \"error: Found argument '--filter-platform' which wasn't expected\" >&2\nexit 1\n",
    nonsense: '#!/bin/sh\necho "hello"\n',
    empty: '#!/bin/sh\necho "{}"\n',
    killed: '#!/bin/sh\nkill -9 $$\n',
    'not-a-program': 'hello\n',
  });
  const withCargo = (name: string) => refused(directory, [], { CARGO: join(path, name) });
  const fails = await withCargo('fails');
  expect(fails).toContain('this cargo is broken');
  expect(fails).toContain('`cargo metadata` shows the same');
  expect(await withCargo('old')).toContain("which wasn't expected");
  for (const name of ['nonsense', 'empty']) {
    const stderr = await withCargo(name);
    expect(stderr).toContain('`cargo metadata`');
    expect(stderr).toContain(join(path, name));
    expect(stderr).toContain('rustup update');
  }
  expect(await withCargo('killed')).toContain('SIGKILL');
  expect(await withCargo('not-a-program')).toContain('hello: not found');
  await expectClean(directory);
});

test('a cargo that fails behind the metadata', async () => {
  const directory = fixture('simple');
  const path = scripts('late-cargos', {
    cargo: `#!/bin/sh\n[ "$1" = build ] || exec ${join(toolchain, 'cargo')} "$@"\necho "no build today" >&2\nexit 7\n`,
    babbles: `#!/bin/sh\n[ "$1" = build ] || exec ${join(toolchain, 'cargo')} "$@"\necho '{"reason":"compiler-artifact"}'\n`,
    idle: `#!/bin/sh\n[ "$1" = build ] || exec ${join(toolchain, 'cargo')} "$@"\n`,
  });
  const stderr = await refused(directory, [], { CARGO: join(path, 'cargo') });
  expect(stderr).toContain('no build today');
  expect(stderr).toContain('cargo failed with exit status 7');
  const babbles = await refused(directory, [], { CARGO: join(path, 'babbles') });
  expect(babbles).toContain('cargo printed a message that cannot be read');
  const idle = await refused(directory, [], { CARGO: join(path, 'idle') });
  expect(idle).toContain('cargo built nothing, so nothing was checked');
  await expectClean(directory);
});

test('a rustc that fails, and one that says nonsense', async () => {
  const directory = fixture('simple');
  const path = scripts('odd-rustcs', {
    fails: '#!/bin/sh\necho "this rustc is broken" >&2\nexit 3\n',
    nonsense: '#!/bin/sh\necho hello\n',
  });
  for (const [name, said] of [
    ['fails', 'this rustc is broken'],
    ['nonsense', 'hello'],
  ]) {
    const stderr = await refused(directory, [], { RUSTC: join(path, name as string) });
    expect(stderr).toContain(said);
    expect(stderr).toContain('install Rust');
  }
});

test('a Cargo.toml that cargo refuses, and .cargo/config.toml that is no TOML', async () => {
  const directory = fixture('simple', { files: { 'Cargo.toml': '[package\n\n[workspace]\n' } });
  const stderr = await refused(directory);
  expect(stderr).toContain('cargo could not read the workspace');
  expect(stderr).toContain('correct what cargo names above');
  mkdirSync(join(directory, '.cargo'));
  writeFileSync(join(directory, '.cargo/config.toml'), 'build = 3 = 4\n');
  expect(await refused(directory)).toMatch(/cannot parse .*config\.toml/);
  writeFileSync(join(directory, '.cargo/config.toml'), 'build = 3\n');
  expect(await refused(directory)).toMatch(/cannot use .*config\.toml/);
  writeFileSync(join(directory, '.cargo/config.toml'), '');
  writeFileSync(join(directory, 'Cargo.toml'), `${manifest('simple')}\n[workspace]\n`);
  await expectClean(directory);
});

test('a workspace without packages', async () => {
  const directory = fixture('simple', { files: { 'Cargo.toml': '[workspace]\nmembers = []\n' } });
  expect(await refused(directory)).toContain('manifest');
  expect(readFileSync(join(directory, 'Cargo.toml'), 'utf8')).toContain('members');
});
