import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/read.ts';
import { cackle, config, fixture } from '../support/cackle.ts';

describe('rule 12.6: a target that cannot be compiled for', () => {
  test.each([
    [
      'is not known: the nearest is named',
      ['x86_64-pc-windows-gn'],
      '`x86_64-pc-windows-gnu` meant?',
    ],
    [
      'has no standard library: the line that installs it',
      ['aarch64-unknown-linux-musl'],
      '`rustup target add aarch64-unknown-linux-musl`',
    ],
    [
      'is one of several',
      ['x86_64-unknown-linux-gnu', 'riscv64gc-unknown-linux-gnu'],
      '`rustup target add riscv64gc-unknown-linux-gnu`',
    ],
  ])('%s', async (_, targets, said) => {
    const directory = fixture('target-without-std');
    const args = targets.flatMap((target) => ['--target', target]);
    const ran = await cackle(['-n', '--path', directory, ...args]);
    expect(ran.stderr).toContain(said);
    expect([ran.status, ran.stdout]).toEqual([2, '']);
  });
});

describe('rules 2.1, 12.6: a target or feature of cackle.toml that is none is told with its place', () => {
  const directory = fixture('feature-choices/workspace', { as: 'misspelt' });
  const place = join(directory, 'cackle.toml');
  const common = (keys: string): string =>
    `[common]\nversion = 3\n${keys}\n[sandbox]\nkind = "Disabled"\n`;
  test.each([
    [
      'each target of a list and of a build',
      'targets = ["x86_64-pc-windows-gn"]\n[[common.build]]\n[[common.build]]\ntargets = [\n  "x86_64-unknown-linux-gnv",\n]',
      [
        ['3:12', '`x86_64-pc-windows-gnu` meant?'],
        ['7:3', '`x86_64-unknown-linux-gnu` meant?'],
      ],
    ],
    ['a feature', 'features = ["usuall"]', [['3:13', 'did you mean `usual`?']]],
    ['two in one text', 'features = ["network usuall"]', [['3:13', 'feature `usuall`']]],
    [
      'a feature of a build, and of another',
      '[[common.build]]\nfeatures = ["usual"]\n[[common.build]]\nfeatures = ["usuall", "usual"]',
      [['6:13', 'did you mean `usual`?']],
    ],
    ['in build_flags', 'build_flags = ["--features=usuall"]', [['3:16', 'did you mean `usual`?']]],
  ])('%s', async (_, keys, faults) => {
    writeFileSync(place, common(keys));
    const { status, stderr } = await cackle(['-n', '--path', directory]);
    expect(status).toBe(2);
    const told = stderr.split(/^(?=error: )/m).filter((text) => text.startsWith('error: '));
    expect(told).toHaveLength(faults.length);
    faults.forEach(([at, text], i) => {
      expect(told[i]).toContain(`error: cackle.toml:${at}: `);
      expect(told[i]).toContain(text);
      expect(told[i]).toMatch(/\^{5,}/);
    });
  });

  test('one of the command line is none of the file', async () => {
    writeFileSync(place, common('features = ["usuall"]\ntargets = ["x86_64-pc-windows-gn"]'));
    const args = ['-n', '--path', directory, '--target', 'x86_64-pc-windows-gn'];
    const { status, stderr } = await cackle(args);
    expect([status, stderr.includes('cackle.toml:')]).toEqual([2, false]);
    const other = await cackle([...args.slice(0, 3), '--features', 'usuall']);
    expect([other.status, other.stderr.includes('cackle.toml:')]).toEqual([2, false]);
  });
});

test('rule 12.5: common.targets are what is checked, and --target replaces them', async () => {
  const text = config('').replace('[common]', '[common]\ntargets = ["vax-dec-vms"]');
  const directory = fixture('simple', { files: { 'cackle.toml': text } });
  expect((await cackle(['-n', '--path', directory])).stderr).toContain('vax-dec-vms');
  expect((await cackle(['summary', '--path', directory])).stderr).toContain('vax-dec-vms');
  const own = await cackle(['-n', '--path', directory, '--target', 'x86_64-unknown-linux-gnu']);
  expect(own.stderr).not.toContain('vax');
  expect(own.status).not.toBe(2);
});

test('rule 12.5: the lists of targets in cackle.toml', () => {
  const read = (keys: string) => parseConfig('cackle.toml', `[common]\nversion = 3\n${keys}`);
  expect(read('').targets).toEqual([]);
  expect(read('targets = ["a", "b"]\nbest_effort_targets = ["b"]')).toMatchObject({
    targets: ['a', 'b'],
    bestEffortTargets: ['b'],
  });
  expect(() => read('targets = "a"')).toThrow();
});

test('rule 12.2: rustc is asked once for the settings of a target and of its units', async () => {
  const directory = fixture('simple', { as: 'settings-asked-once' });
  const [rustc, log] = [join(directory, 'rustc'), join(directory, 'asked')];
  writeFileSync(
    rustc,
    `#!/bin/sh\ncase "$*" in "--print cfg "*) echo "$*" >> '${log}' ;; esac\nexec rustc "$@"\n`,
    { mode: 0o755 },
  );
  const target = 'x86_64-unknown-linux-gnu';
  const ran = await cackle(['-n', '--path', directory, '--target', target], { RUSTC: rustc });
  expect(ran.stderr).toContain('Finished');
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
    expect.stringMatching(`--target=${target}`),
  ]);
});

describe('rule 12.7: programs that this machine cannot run, or not compare, are not run', () => {
  test.each([
    ['of another machine', 'riscv64gc-unknown-linux-gnu', 'rustup target add'],
    ['of another system', 'x86_64-pc-windows-gnu', 'programs of x86_64-pc-windows-gnu are not run'],
  ])('%s', async (_, target, said) => {
    const directory = fixture('simple');
    const ran = await cackle(['--path', directory, 'run', '--target', target]);
    expect(ran.stderr).toMatch(new RegExp(`${said}|rustup target add`));
    expect([ran.status, ran.stdout]).toEqual([2, '']);
  });

  test('for several targets at once', async () => {
    const both = ['x86_64-unknown-linux-gnu', 'x86_64-pc-windows-gnu'];
    const args = both.flatMap((target) => ['--target', target]);
    const ran = await cackle(['--path', fixture('simple'), 'test', ...args]);
    expect(ran.stderr).toMatch(/one target|rustup target add/);
    expect(ran.status).toBe(2);
  });
});

test('rule 12.5: a diff is about one target', async () => {
  const args = ['--target', 'x86_64-unknown-linux-gnu', '--target', 'x86_64-pc-windows-gnu'];
  const ran = await cackle(['diff', '--path', fixture('simple'), ...args]);
  expect(ran.stderr).toContain('one target at a time');
  expect(ran.status).toBe(2);
});
