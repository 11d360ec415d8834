import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, config, fixture, type Ran } from '../support/cackle.ts';

// Rule 6.3: `test` and `run` judge what cargo would start, and start it when nothing is wrong.

/** Runs dist/cli.js with a text on its standard input. */
function withInput(args: readonly string[], input: string, cwd?: string): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'cli.js'), ...args], {
      cwd,
    });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        out[name] += chunk;
      });
    child.stdin.end(input);
    child.on('close', (status) => done({ status, ...out }));
  });
}

const allowed =
  '[pkg.programs]\nallow_apis = ["env", "fs"]\ntest.allow_apis = []\nfrom.test.allow_apis = []\n';

test('rules 5.20, 6.3: nothing runs while there is a problem; the report tells which, and no warnings', async () => {
  const directory = fixture('programs');
  const tested = await cackle(['--path', directory, 'test']);
  expect(tested.status).toBe(1);
  expect(tested.stdout).toContain('uses the API `fs`');
  expect(tested.stdout).not.toContain('a unit test ran');
  expect(tested.stdout).not.toContain('nobody');
  const ran = await withInput(['--path', directory, 'run', '--', 'x'], 'hello\n');
  expect(ran.status).toBe(1);
  expect(ran.stdout).toContain('uses the API `fs`');
  for (const trace of ['test-ran', 'program-ran', 'doctest-ran'])
    expect(existsSync(join(directory, trace))).toBe(false);
});

test('run: arguments, standard input and exit status pass through, after a check that linked nothing', async () => {
  const directory = fixture('programs', {
    config:
      '[pkg.programs]\nallow_apis = ["env", "fs"]\ntest.allow_apis = []\nfrom.test.allow_apis = []\n',
  });
  expect((await cackle(['-n', '--path', directory])).status).toBe(0);
  const ran = await withInput(['--path', directory, 'run', '--', 'a', '--b', '-n'], 'hello\n');
  expect(ran).toMatchObject({ status: 7, stdout: '["a", "--b", "-n"] "hello\\n"\n' });
  expect(existsSync(join(directory, 'program-ran'))).toBe(true);
  // What it had to link went from the program alone: a test of it has the same name.
  expect((await check(directory)).counts.unitsBuilt).toBe(0);
});

test('test: every test runs, cargo’s exit status is ours, doctests are left out with a word', async () => {
  const directory = fixture('programs', {
    config:
      '[pkg.programs]\nallow_apis = ["env", "fs"]\ntest.allow_apis = []\nfrom.test.allow_apis = []\n',
  });
  const ran = await cackle(['--path', directory, 'test', '--no-fail-fast', '--', '--nocapture']);
  expect(ran.status).toBe(101);
  expect(ran.stdout).toContain('a unit test ran');
  expect(ran.stdout).toMatch(/2 passed; 0 failed/);
  expect(ran.stdout).toMatch(/0 passed; 1 failed/);
  expect(ran.stderr).toContain('it had to fail');
  expect(ran.stderr).toContain('the doctests of programs are not run');
  expect(existsSync(join(directory, 'test-ran'))).toBe(true);
  expect(existsSync(join(directory, 'doctest-ran'))).toBe(false);

  const one = await cackle(['--path', directory, 'test', '--lib', 'passes']);
  expect(one.status).toBe(0);
  expect(one.stdout).toMatch(/1 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out/);

  rmSync(join(directory, 'test-ran'));
  expect((await cackle(['--path', directory, 'test', '--no-run'])).status).toBe(0);
  expect(existsSync(join(directory, 'test-ran'))).toBe(false);
  const doc = await cackle(['--path', directory, 'test', '--doc']);
  expect(doc.status).toBe(2);
  expect(doc.stderr).toContain('doctests cannot be judged');
});

test('a test runs in its sandbox; that it failed there is said, and with --debug or in a log its command line', async () => {
  const sandboxed = config(allowed).replace('"Disabled"', '"Bubblewrap"');
  const directory = fixture('programs-sandboxed');
  const ran = await cackle(['--path', directory, 'test', '--no-fail-fast']);
  expect(ran.stdout).toMatch(/2 passed; 0 failed/);
  expect(existsSync(join(directory, 'test-ran'))).toBe(false);
  expect(ran.stderr).toContain('a test failed in its sandbox: exit status 101');
  expect(ran.stderr).not.toMatch(/bwrap|--ro-bind|CACKLE_/);
  const log = join(directory, 'log');
  const more = ['--debug', '--log-file', log, '--path', directory, 'test', '--no-fail-fast'];
  const all = await cackle(more);
  for (const text of [all.stderr, readFileSync(log, 'utf8')])
    expect(text).toMatch(/ a? ?test (?:that )?failed[\s\S]*bwrap .*--ro-bind/);

  writeFileSync(
    join(directory, 'cackle.toml'),
    `${sandboxed}[pkg.programs.test.sandbox]\nbind_writable = ["."]\n`,
  );
  await cackle(['--path', directory, 'test', '--lib']);
  expect(existsSync(join(directory, 'test-ran'))).toBe(true);
});

test("the user's own runner is kept", async () => {
  const directory = fixture('programs-runner');
  chmodSync(join(directory, 'runner.sh'), 0o755);
  const log = join(directory, 'log');
  const env = { RUNNER_LOG: log };
  const ran = await cackle(['--path', directory, 'run'], env);
  expect(ran.status).toBe(7);
  expect(readFileSync(log, 'utf8')).toMatch(/^runner: .*\/target\/cackle\/programs\n$/);
});

test('rule 9.2: a program that was changed after it was judged does not run', async () => {
  const directory = fixture('programs', {
    config:
      '[pkg.programs]\nallow_apis = ["env", "fs"]\ntest.allow_apis = []\nfrom.test.allow_apis = []\n',
  });
  // The runner of the user's is the first thing that could change it, and it is too late by then.
  expect((await cackle(['--path', directory, 'test', '--no-run'])).status).toBe(0);
  const name = execFileSync('sh', ['-c', 'ls target/cackle/deps/fails-* | grep -v "\\.d$"'], {
    cwd: directory,
    encoding: 'utf8',
  }).trim();
  writeFileSync(join(directory, name), '#!/bin/sh\necho replaced\n');
  const ran = await cackle(['--path', directory, 'test', '--no-fail-fast']);
  expect(ran.stdout).not.toContain('replaced');
});

test('--package and --target in front of test hold for cargo, unless its own arguments say otherwise', async () => {
  const directory = fixture('programs-members');
  const tests = async (...args: string[]) => {
    const { stdout } = await cackle(['--path', directory, ...args]);
    return [...stdout.matchAll(/^test in_(\w+) \.\.\. ok$/gm)].map((match) => match[1]);
  };
  expect(await tests('test')).toEqual(['one', 'two']);
  expect(await tests('--package', 'two', 'test')).toEqual(['two']);
  expect(await tests('--package', 'two', 'test', '-pone')).toEqual(['one']);
  const host =
    /^host: (.*)$/m.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' }))?.[1] ?? '';
  expect(await tests('--target', host, 'test', '--package', 'one')).toEqual(['one']);
  expect(existsSync(join(directory, 'target', host, 'cackle/deps'))).toBe(true);
});
