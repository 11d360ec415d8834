import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Diagnosis, DoctorFinding } from '../../engine/commands/doctor.ts';
import { packageRoot } from '../../engine/paths.ts';
import { fixtures, noBubblewrap, noLandlock, pathWithout } from '../sandbox/support.ts';
import { cackle, fixture, type Ran, run } from '../support/cackle.ts';

// Rule 6.28: doctor tells what works on this machine, and how to mend the rest.

const directory = mkdtempSync(join(tmpdir(), 'cackle-test-'));
const without = join(directory, 'without');

beforeAll(() => {
  execFileSync('rustc', ['--edition=2021', '-o', without, join(fixtures, 'without.rs')]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const doctor = (path: string, env: NodeJS.ProcessEnv = {}, ...more: string[]): Promise<Ran> =>
  cackle(['doctor', '--path', path, ...more], env);

async function found(path: string, env: NodeJS.ProcessEnv = {}) {
  const ran = await doctor(path, env, '--output-format', 'json');
  const { works, findings } = JSON.parse(ran.stdout) as Diagnosis;
  const of = (name: string): DoctorFinding | undefined =>
    findings.find((finding) => finding.name === name);
  return { status: ran.status, works, of };
}

test('rule 6.28: on a machine where a check works, all that it needs is there', async () => {
  const { status, works, of } = await found(directory);
  expect([status, works]).toEqual([0, true]);
  expect(of('rustc')?.found).toMatch(/^rustc \d\.\d+/);
  expect(of('targets')?.found).toContain(
    execFileSync('rustc', ['-vV'], { encoding: 'utf8' }).match(/^host: (.*)$/m)?.[1],
  );
  expect(of('Bubblewrap')?.state === 'broken').toBe(noBubblewrap !== undefined);
  expect(of('Landlock')?.state === 'broken').toBe(noLandlock !== undefined);
  expect(of('workspace')).toMatchObject({ state: 'absent' });
  const { stdout } = await doctor(directory);
  expect(stdout).toMatch(/^ok {5}rustc +rustc 1\./m);
  expect(stdout).toContain('\na check can be made here, with a sandbox\n');
});

test('rule 6.28: a directory that is not there is told, and nothing else for its sake', async () => {
  const { status, stderr } = await doctor('/nowhere');
  expect([status, stderr]).toEqual([2, expect.stringContaining('/nowhere is not a directory')]);
  expect(stderr).not.toContain('rustc');
});

test.skipIf(noLandlock !== undefined)(
  'one sandbox is enough, unless cackle.toml asks for the other',
  async () => {
    const env = { PATH: pathWithout() };
    const { status, of } = await found(directory, env);
    expect(status).toBe(0);
    expect(of('Bubblewrap')).toMatchObject({
      state: 'broken',
      mend: expect.stringContaining('install the package bubblewrap'),
    });
    for (const [kind, state, expected] of [
      ['Bubblewrap', 'broken', 1],
      ['Auto', 'works', 0],
      ['Landlock', 'works', 0],
      ['Disabled', 'weak', 0],
    ] as const) {
      const config = `[common]\nversion = 3\n[sandbox]\nkind = "${kind}"\n`;
      const place = fixture('simple', { as: `doctor-${kind}`, files: { 'cackle.toml': config } });
      const told = await found(place, env);
      expect(told.of('sandbox in cackle.toml')?.state, kind).toBe(state);
      expect(told.status, kind).toBe(expected);
    }
    const open = fixture('simple', {
      as: 'doctor-none',
      files: { 'cackle.toml': '[common]\nversion = 3\n' },
    });
    expect((await found(open, env)).of('sandbox in cackle.toml')?.mend).toContain('"Auto"');
  },
);

test('what is missing is told with what to do: no sandbox, no linker, no cache', async () => {
  const PATH = join(directory, 'bin');
  mkdirSync(PATH);
  const programs = (process.env.PATH ?? '').split(':').flatMap((place) => {
    try {
      return readdirSync(place).map((name) => [name, join(place, name)] as const);
    } catch {
      return [];
    }
  });
  for (const name of ['node', 'cargo', 'rustc']) {
    const [, program] = programs.find(([known]) => known === name) ?? [];
    if (program !== undefined) symlinkSync(program, join(PATH, name));
  }
  const file = join(directory, 'a-file');
  writeFileSync(file, '');
  const cli = join(packageRoot(), 'dist', 'cli.js');
  // ENOSYS for landlock_create_ruleset.
  const line = ['38', '444', '--', process.execPath, cli, 'doctor', '--path', directory];
  const ran = await run(without, line, { PATH, XDG_CACHE_HOME: file });
  expect(ran.status).toBe(1);
  for (const text of [
    /^BROKEN C compiler +cc was not found\n +install gcc or clang/m,
    /^BROKEN Bubblewrap +bwrap \(Bubblewrap\) is not installed\n +install the package/m,
    /^BROKEN Landlock /m,
    /^BROKEN cache +\S+a-file\/cackle: .*\n +let XDG_CACHE_HOME/m,
    /^- {6}strace +strace was not found/m,
    /a check cannot be made here/,
  ])
    expect(ran.stdout).toMatch(text);
});

test('a workspace that cannot be read is told of with its reason', async () => {
  const place = fixture('simple', {
    as: 'doctor-faults',
    files: { 'cackle.toml': '[common]\nversion = 3\n[sandbox]\nknid = "Auto"\n' },
  });
  const { status, of } = await found(place);
  expect(status).toBe(1);
  expect(of('cackle.toml')).toMatchObject({ state: 'broken' });
  expect(of('cackle.toml')?.found).toContain('knid');
  // As a check tells it, word for word.
  const checked = await cackle(['-n', '--path', place]);
  expect(checked.stderr).toContain(of('cackle.toml')?.found);
  const targets = fixture('simple', {
    as: 'doctor-targets',
    files: { 'cackle.toml': '[common]\nversion = 3\ntargets = ["riscv64gc-unknown-linux-musl"]\n' },
  });
  expect((await found(targets)).of('cackle.toml')?.found).toMatch(
    /^cackle\.toml:3:12: there is no standard library[\s\S]*\^\n {2}`rustup target add/,
  );
});

test('rule 14.8: a workspace whose checks trace needs strace', async () => {
  const place = fixture('simple', {
    as: 'doctor-trace',
    files: { 'cackle.toml': '[common]\nversion = 3\ntrace = true\n[sandbox]\nkind = "Disabled"\n' },
  });
  const PATH = dirname(execFileSync('which', ['cargo'], { encoding: 'utf8' }).trim());
  const { status, of } = await found(place, { PATH });
  expect(status).toBe(1);
  expect(of('trace in cackle.toml')).toMatchObject({
    state: 'broken',
    mend: expect.stringContaining('install the package strace'),
  });
});
