import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, fixture, workspacePlace } from '../support/cackle.ts';
import { actsOf, noStrace, type Traced, traced } from './support.ts';

// Rules 14.1 to 14.5: what programs really did, beside what their code names.

/** A home of the test's, with a key. */
const home = workspacePlace('home-of-a-trace');
const env = {
  HOME: home,
  CARGO_HOME: process.env.CARGO_HOME || join(homedir(), '.cargo'),
  RUSTUP_HOME: process.env.RUSTUP_HOME || join(homedir(), '.rustup'),
  KEYS: join(home, '.ssh', 'id_made'),
};

beforeAll(() => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(env.KEYS, 'made for a test');
});

const unnamed = ({ problems }: Traced): string[] =>
  problems
    .map(({ packageLabel, program, apiName, acts }) =>
      [packageLabel, program, apiName, acts.length].join(' '),
    )
    .sort();

const lookAlikes = [
  'connects build script net 1',
  'reads-keys build script fs 1',
  'reads-others build script fs 1',
  'seen-not-named rustc fs 1',
  'starts build script process 1',
  'writes-outside build script fs 1',
];

describe.skipIf(noStrace !== undefined)('look-alikes of attacks, without a name of any API', () => {
  let directory: string;
  let found: Traced;
  beforeAll(async () => {
    directory = fixture('seen-not-named');
    found = await traced(directory, [], env);
  });

  test('rule 5.33: each is told, and the honest one is not', () => {
    expect(found.status).toBe(1);
    expect(unnamed(found)).toEqual(lookAlikes);
    const acts = (name: string) => actsOf(found, directory, name);
    expect(acts('reads-keys')).toEqual([`read ${env.KEYS} (home)`]);
    expect(acts('starts')).toEqual(['start /bin/true (system)']);
    expect(acts('connects')).toEqual(['connect 127.0.0.1:9 failed']);
    expect(acts('writes-outside')).toEqual(['write outside (package seen-not-named)']);
    expect(acts('reads-others')).toEqual(['read crates/honest/src/lib.rs (package honest)']);
    expect(new Set(actsOf(found, directory, 'seen-not-named', 'rustc'))).toEqual(
      new Set(['read /etc/hostname']),
    );
    // A check finds no use of an API in any of them.
    const named = found.programs.filter(({ may }) => may.length > 0);
    expect(named.map(({ packageLabel }) => packageLabel)).toEqual(['honest']);
  });

  test('rule 14.3: what an honest script may, where its code says so, and what it did', () => {
    const honest = found.programs.find(({ packageLabel }) => packageLabel === 'honest');
    expect(honest?.may.map(({ api, allowed }) => [api, allowed])).toEqual([
      ['fs', true],
      ['process', true],
    ]);
    expect(honest?.may[0]?.places[0]).toMatchObject({
      file: join(directory, 'crates', 'honest', 'build.rs'),
      line: expect.any(Number),
    });
    const lines = honest?.may.map(({ places }) => places.map(({ line }) => line));
    expect(lines).toEqual(lines?.map((each) => [...new Set(each)]));
    expect(actsOf(found, directory, 'honest')).toEqual([
      expect.stringMatching(/^start \/.*\/rustc \(toolchain\)$/),
    ]);
    expect(honest?.variables).toEqual(['HONEST']);
    expect(found.neverDone).toEqual([]);
  });

  test('rule 14.4: a second trace runs all of it again, and says the same; what the user built stays as it is', async () => {
    await check(directory, ['--quiet'], env);
    const again = await traced(directory, [], env);
    expect(again.programs).toEqual(found.programs);
    expect(again.problems).toEqual(found.problems);
    const { counts } = await check(directory, ['--quiet'], env);
    expect(counts.unitsBuilt).toBe(0);
  });

  test('rule 14.6: in words', async () => {
    const { status, stdout } = await cackle(['trace', '--path', directory, '--quiet'], env);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'build script of starts, without a sandbox\n  did  started /bin/true\n',
    );
    expect(stdout).toContain(
      'error[C0305]: starts: its build script did what no code of it that we know names (`process`)\n    started /bin/true\n',
    );
    expect(stdout).toContain('strace');
  });

  describe.skipIf(noBubblewrap !== undefined)('in Bubblewrap', () => {
    test('rule 14.5: what the sandbox kept from them is told, by the paths outside', async () => {
      const boxed = fixture('seen-not-named', {
        files: {
          // What it leaves there is gone with the sandbox.
          'crates/starts/build.rs':
            'fn main() {\n    raw::start("/bin/true");\n    raw::write("/var/left");\n    raw::write("/tmp/left");\n}\n',
          'cackle.toml': `${readFileSync(join(directory, 'cackle.toml'), 'utf8').replace(
            'Disabled',
            'Bubblewrap',
          )}\n[rustc.sandbox]\npass_env = ["KEYS"]\n`,
        },
        as: 'seen-not-named-boxed',
      });
      const inside = await traced(boxed, [], env);
      expect(unnamed(inside)).toEqual([...lookAlikes, 'starts build script fs 1'].sort());
      expect(inside.programs.every(({ sandbox }) => sandbox === 'Bubblewrap')).toBe(true);
      const acts = (name: string) => actsOf(inside, boxed, name);
      expect(acts('reads-keys')).toEqual([`read ${env.KEYS} hidden (home)`]);
      expect(acts('writes-outside')).toEqual(['write outside denied (package seen-not-named)']);
      expect(acts('connects')).toEqual(['connect 127.0.0.1:9 failed']);
      expect(acts('starts')).toEqual(['start /bin/true (system)', 'write /var/left hidden']);
    });
  });
});

describe('rule 14.1: without a trace there is no result', () => {
  test('strace is not installed', async () => {
    const directory = fixture('seen-not-named', { as: 'untraced' });
    const { status, stdout, stderr } = await cackle(['trace', '--path', directory], {
      PATH: '/nowhere',
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('strace, which is not installed');
    expect(stderr).toContain('install the package strace');
  });

  test.skipIf(noStrace !== undefined)('rule 14.2: a program that ends strace', async () => {
    const directory = fixture('traced-tests', {
      files: {
        'build.rs': `use std::{os::unix::process::parent_id, process::Command};

fn main() {
    Command::new("kill").args(["-9", &parent_id().to_string()]).status().unwrap();
}
`,
      },
      config: '[pkg.traced-tests]\nbuild.allow_apis = ["process"]\n',
      as: 'ends-strace',
    });
    const { status, stdout, stderr } = await cackle(['trace', '--path', directory]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/what the build script \S+ did is not known: the trace has no end/);
  });

  test('options that belong together', async () => {
    const { status, stderr } = await cackle(['trace', '--write']);
    expect(status).toBe(2);
    expect(stderr).toContain('--write writes what --suggest finds');
  });
});
