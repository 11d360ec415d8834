import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../engine/paths.ts';
import { config, fixture, type Ran, run, workspacePlace } from './support/cackle.ts';

// What docs/ci.md tells people to write, run as it stands there (rules 6.2, 6.6).

const guide = readFileSync(join(packageRoot(), 'docs', 'ci.md'), 'utf8');
const hooks = readFileSync(join(packageRoot(), '.pre-commit-hooks.yaml'), 'utf8');

/** A directory with the program `cackle`, as an installation puts it into PATH. */
const binaries = workspacePlace('recipes-bin');

beforeAll(() => {
  rmSync(binaries, { recursive: true, force: true });
  mkdirSync(binaries, { recursive: true });
  const file = join(binaries, 'cackle');
  const program = join(packageRoot(), 'dist', 'cli.js');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(file, 0o755);
});

const environment = (): NodeJS.ProcessEnv => ({ PATH: `${binaries}:${process.env.PATH}` });

/** Runs lines of a shell in a directory. */
const shell = (directory: string, lines: string): Promise<Ran> =>
  run('sh', ['-c', `cd "$1" && { ${lines}\n}`, 'sh', directory], environment());

const broken = { 'cackle.toml': 'common.version = 9\n' };
const forbidden = { 'src/main.rs': 'fn main() {\n    std::env::var("X").ok();\n}\n' };
const nothingAllowed = '';

describe('plain shell', () => {
  const [, script = ''] = /```sh\n(status=0\n[\s\S]*?)```/.exec(guide) ?? [];

  test.each([
    ['clean', fixture('simple', { as: 'recipes-clean' }), 0, 'cackle: clean'],
    [
      'forbidden',
      fixture('simple', { config: nothingAllowed, files: forbidden, as: 'recipes-forbidden' }),
      1,
      'something is not allowed',
    ],
    ['broken', fixture('simple', { files: broken, as: 'recipes-broken' }), 2, 'no check was made'],
  ])('rule 6.6: %s', async (_name, directory, status, said) => {
    expect(script).toContain('cackle -n');
    const ran = await shell(directory, script);
    expect(ran).toMatchObject({ status });
    expect(ran.stdout).toContain(said);
    const report = readFileSync(join(directory, 'cackle.json'), 'utf8');
    expect(report === '').toBe(status === 2);
  });
});

/** The value of a key of one hook, which stands on a line of its own. */
function hookValue(id: string, key: string): string {
  const [, hook = ''] = new RegExp(`- id: ${id}\n((?: {2}.*\n)+)`).exec(hooks) ?? [];
  const [, value = ''] = new RegExp(`^ {2}${key}: (.*)$`, 'm').exec(hook) ?? [];
  return value.replace(/^'(.*)'$/, '$1');
}

/** pre-commit in an environment of the tests' own; undefined where pip cannot install it. */
function preCommit(): string | undefined {
  const place = join(packageRoot(), 'target', 'pre-commit');
  const program = join(place, 'bin', 'pre-commit');
  try {
    if (!existsSync(program)) {
      execFileSync('python3', ['-m', 'venv', place], { stdio: 'ignore' });
      const options = ['install', '--quiet', '--disable-pip-version-check'];
      execFileSync(join(place, 'bin', 'pip'), [...options, 'pre-commit'], {
        stdio: 'ignore',
        timeout: 120_000,
      });
    }
    return program;
  } catch {
    return undefined;
  }
}

describe('the hook of pre-commit', () => {
  test('rule 6.2: for which files it runs', () => {
    const pattern = new RegExp(hookValue('cackle', 'files'));
    for (const file of ['src/main.rs', 'Cargo.toml', 'Cargo.lock', 'cackle.toml', 'cackle.lock'])
      expect(file).toMatch(pattern);
    for (const file of ['a/build.rs', 'a/native.c', '.cargo/config', '.cargo/config.toml'])
      expect(file).toMatch(pattern);
    for (const file of ['README.md', 'notes.txt', 'locks', 'a.rst'])
      expect(file).not.toMatch(pattern);
  });

  test('rule 6.2: what the hook runs, by hand', async () => {
    const entry = hookValue('cackle', 'entry');
    const clean = fixture('simple', { as: 'recipes-hook-clean' });
    expect(await shell(clean, entry)).toMatchObject({ status: 0 });
    const dirty = fixture('simple', {
      config: nothingAllowed,
      files: forbidden,
      as: 'recipes-hook-dirty',
    });
    expect(await shell(dirty, entry)).toMatchObject({ status: 1 });
  });

  test('rule 6.2: the hook in pre-commit itself stops a commit', async (context) => {
    const program = preCommit();
    if (program === undefined) return context.skip('pip could not install pre-commit');
    const git = (directory: string, ...args: string[]): Promise<Ran> =>
      run('git', ['-C', directory, '-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
        ...environment(),
        PRE_COMMIT_HOME: join(workspacePlace('recipes-pre-commit-home')),
      });
    const provider = workspacePlace('recipes-provider');
    rmSync(provider, { recursive: true, force: true });
    mkdirSync(provider, { recursive: true });
    cpSync(join(packageRoot(), '.pre-commit-hooks.yaml'), join(provider, '.pre-commit-hooks.yaml'));
    for (const args of [
      ['init', '-q'],
      ['add', '-A'],
      ['commit', '-qm', 'hooks'],
    ])
      expect(await git(provider, ...args)).toMatchObject({ status: 0 });
    const { stdout: revision } = await git(provider, 'rev-parse', 'HEAD');
    const user = fixture('simple', {
      as: 'recipes-user',
      files: {
        '.gitignore': 'target/\n',
        '.pre-commit-config.yaml': `repos:\n  - repo: ${provider}\n    rev: ${revision.trim()}\n    hooks:\n      - id: cackle\n`,
      },
    });
    for (const args of [
      ['init', '-q'],
      ['add', '-A'],
    ])
      expect(await git(user, ...args)).toMatchObject({ status: 0 });
    expect(await shell(user, `'${program}' install`)).toMatchObject({ status: 0 });
    const first = await git(user, 'commit', '-m', 'allowed');
    expect(first.stderr).toMatch(/cackle\.+Passed/);
    expect(first.status).toBe(0);
    writeFileSync(join(user, 'cackle.toml'), config(nothingAllowed));
    await git(user, 'add', '-A');
    const second = await git(user, 'commit', '-m', 'allowed no more');
    expect(second.stderr).toMatch(/cackle\.+Failed[\s\S]*uses the API `env`, which is not allowed/);
    expect(second.status).toBe(1);
    writeFileSync(join(user, 'cackle.toml'), broken['cackle.toml']);
    await git(user, 'add', '-A');
    const third = await git(user, 'commit', '-m', 'broken');
    expect(third.stderr).toMatch(/exit code: 2[\s\S]*version 9 is not known/);
  });
});
