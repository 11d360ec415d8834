import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, config, fixture, short, usageLines } from '../support/cackle.ts';

// Rules 2.10, 5.13: a permission is of a package, and a name that packages from two sources have names none of them.

const permission = 'allow_apis = ["net"]\nbuild.allow_apis = ["fs"]\n';
const shorts = (report: {
  problems: Parameters<typeof short>[0][] | readonly Parameters<typeof short>[0][];
}) => report.problems.map(short).sort();

test('a dependency that is called as the user’s package gets nothing of its permissions, nor does it run', async () => {
  const directory = fixture('same-name');
  const report = await check(directory);
  expect(shorts(report)).toEqual([
    'ambiguous-package same',
    'disallowed-api same@. net',
    'disallowed-api same@deps/other net',
    'disallowed-api same@deps/other.build fs',
  ]);
  expect(report.status).toBe(1);
  expect(existsSync(join(directory, 'deps', 'other', 'ran'))).toBe(false);
  const { stdout } = await cackle(['-n', '--path', directory]);
  expect(stdout).toContain('packages of this name come from . and deps/other');
});

test('pinned, the table is of the one alone; the other has a table of its own', async () => {
  const directory = fixture('same-name', {
    config: '[pkg.same]\nsource = "."\nallow_apis = ["net"]\n',
  });
  expect(shorts(await check(directory))).toEqual([
    'disallowed-api same@deps/other net',
    'disallowed-api same@deps/other.build fs',
  ]);
  expect(existsSync(join(directory, 'deps', 'other', 'ran'))).toBe(false);
  writeFileSync(
    join(directory, 'cackle.toml'),
    config(`[pkg.same]\nsource = "./deps/other/"\n${permission}`),
  );
  expect(shorts(await check(directory))).toEqual(['disallowed-api same@. net']);
  writeFileSync(
    join(directory, 'cackle.toml'),
    config(
      `[pkg.same]\nsource = "."\nallow_apis = ["net"]\n\n[pkg."same@deps/other"]\n${permission}`,
    ),
  );
  expect(shorts(await check(directory))).toEqual([]);
});

test('what is accepted without asking is written for each of them, and never chooses what a table meant', async () => {
  const directory = fixture('same-name', { config: '' });
  expect((await cackle(['-n', '--auto-accept-fixes', '--path', directory])).status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('[pkg."same@."]');
  expect(text).toContain('[pkg."same@deps/other"]');
  expect((await check(directory)).status).toBe(0);
  writeFileSync(join(directory, 'cackle.toml'), config(`[pkg.same]\n${permission}`));
  const again = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(again.status).toBe(1);
  expect(again.stdout).toContain('packages of this name come from');
  expect(readFileSync(join(directory, 'cackle.toml'), 'utf8')).not.toContain('source =');
});

test('two versions from one registry share a table; a repository of that name does not', async () => {
  const versions = fixture('source-versions');
  expect(shorts(await check(versions))).toEqual([]);

  const repository = fixture('source-repository');
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: repository,
    });
  };
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  const url = `file://${repository}`;
  const two = `two = { package = "dep", git = "${url}" }`;
  const mixed = fixture('source-versions', {
    files: {
      'Cargo.toml': readFileSync(join(versions, 'Cargo.toml'), 'utf8').replace(/^two = .*$/m, two),
    },
    as: 'source-mixed',
  });
  expect(shorts(await check(mixed))).toEqual(
    [
      'ambiguous-package dep',
      `disallowed-api dep@${url} net`,
      'disallowed-api dep@crates.io net',
    ].sort(),
  );
  const pinned = (source: string): void =>
    writeFileSync(
      join(mixed, 'cackle.toml'),
      config(`[pkg.dep]\nsource = "${source}"\nallow_apis = ["net"]\n`),
    );
  pinned('crates.io');
  expect(shorts(await check(mixed))).toEqual([`disallowed-api dep@${url} net`]);
  pinned(`git+${url}?branch=main`);
  expect(shorts(await check(mixed))).toEqual(['disallowed-api dep@crates.io net']);
});

test('a pin holds where one source is left: what comes from elsewhere is not it', async () => {
  const right = fixture('source-left');
  expect(shorts(await check(right))).toEqual([]);
  const wrong = fixture('source-gone');
  const report = await check(wrong);
  expect(shorts(report)).toEqual(['disallowed-api lone net', 'unknown-package lone@crates.io']);
  expect(usageLines(report).some((line) => line.includes('mine/src/lib.rs:2'))).toBe(true);
  expect((await cackle(['-n', '--auto-accept-fixes', '--path', wrong])).status).toBe(0);
  expect(readFileSync(join(wrong, 'cackle.toml'), 'utf8')).toContain('[pkg."lone@mine"]');
});

test('a table has one source, and a package one table', async () => {
  const faults = async (rest: string): Promise<string> => {
    const directory = fixture('same-name', { config: rest });
    const ran = await cackle(['-n', '--path', directory]);
    expect(ran.status).toBe(2);
    return ran.stderr;
  };
  expect(await faults('[pkg."same@."]\nsource = "."\n')).toContain('names the source already');
  expect(await faults('[pkg.same]\nsource = ""\n')).toContain('a source is expected');
  expect(await faults('[pkg.same]\nsource = "."\n[pkg."same@."]\n')).toContain(
    '[pkg.same] is about the same package',
  );
});
