import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, fixture } from '../support/cackle.ts';

/** A program that notes how it was called, then becomes what it wraps, or `program`. */
function script(directory: string, name: string, program = '"$@"'): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> "${directory}/log"\nexec ${program}\n`);
  chmodSync(path, 0o755);
  return path;
}

const calls = (directory: string, crate: string): string[] =>
  readFileSync(join(directory, 'log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(`--crate-name ${crate}`))
    .map((line) => line.replace(/ --crate-name.*/, ''));

test('rule 6.11: wrappers of rustc are called as cargo calls them: RUSTC_WRAPPER, then RUSTC_WORKSPACE_WRAPPER for members', async () => {
  const directory = fixture('with-helper-outside/workspace');
  const outer = script(directory, 'outer');
  const inner = script(directory, 'inner');
  const ran = await cackle(['-n', '--path', directory], {
    RUSTC_WRAPPER: outer,
    RUSTC_WORKSPACE_WRAPPER: inner,
  });
  expect([ran.stderr.includes('error'), ran.status]).toEqual([false, 0]);
  expect(calls(directory, 'wrapped')).toEqual([
    expect.stringMatching(/^outer \S+\/inner \S*rustc$/),
    expect.stringMatching(/^inner .*rustc$/),
  ]);
  expect(calls(directory, 'helper')).toEqual([expect.stringMatching(/^outer .*rustc$/)]);
});

test('a wrapper of the configuration is found from its file; an empty RUSTC_WRAPPER means none', async () => {
  const wrapped = '[build]\nrustc-wrapper = "./outer"\n';
  const directory = fixture('with-helper-outside/workspace', {
    files: { '.cargo/config.toml': `${wrapped}[env]\nFROM_TABLE = "yes"\n` },
  });
  script(directory, 'outer');
  expect((await cackle(['-n', '--path', directory], { RUSTC_WRAPPER: '' })).status).toBe(0);
  expect(existsSync(join(directory, 'log'))).toBe(false);
  const again = fixture('with-helper-outside/workspace', {
    files: { '.cargo/config.toml': wrapped },
    as: 'with-helper-outside-again',
  });
  script(again, 'outer');
  expect((await cackle(['-n', '--path', again])).status).toBe(0);
  expect(calls(again, 'wrapped').length).toBe(1);
});

test('a wrapper that cannot be run is an error', async () => {
  const ran = await cackle(['-n', '--path', fixture('with-helper-outside/workspace')], {
    RUSTC_WRAPPER: '/nowhere/sccache',
  });
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('/nowhere/sccache');
});

test("RUSTC, a linker under any name, and the user's incremental compilation", async () => {
  const directory = fixture('with-helper-outside/workspace');
  const rustc = script(directory, 'my-rustc', 'rustc "$@"');
  const linker = script(directory, 'my-gcc', 'gcc "$@"');
  // A build script, so that something is linked.
  writeFileSync(join(directory, 'build.rs'), 'fn main() {}');
  const ran = await cackle(['-n', '--path', directory], {
    RUSTC: rustc,
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER: linker,
    CARGO_INCREMENTAL: '1',
  });
  expect([ran.stderr.includes('error'), ran.status]).toEqual([false, 0]);
  expect(calls(directory, 'wrapped').length).toBe(1);
  expect(readFileSync(join(directory, 'log'), 'utf8')).toMatch(/^my-gcc .*build_script_build/m);
});

test('rule 6.1: through the real cargo: `cargo acl -n`, in the toolchain of rust-toolchain.toml', () => {
  const directory = fixture('with-helper-outside/workspace', {
    files: {
      'rust-toolchain.toml': '[toolchain]\nchannel = "stable"\n',
      'src/main.rs': 'fn main() { helper::f(); println!("{}", std::env::args().count()); }\n',
    },
  });
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  symlinkSync(join(packageRoot(), 'dist', 'cli.js'), join(bin, 'cargo-acl'));
  chmodSync(join(packageRoot(), 'dist', 'cli.js'), 0o755);
  const ran = spawnSync('cargo', ['acl', '-n'], {
    cwd: directory,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    encoding: 'utf8',
  });
  expect(ran.stdout).toContain('uses the API `env`');
  expect(ran.status).toBe(1);
});
