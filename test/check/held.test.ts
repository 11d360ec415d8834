import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CheckReport } from '../../engine/problems/report.ts';
import { check, config, fixture, short } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';

const runsOf = (directory: string): number => {
  const path = join(directory, 'sys-runs');
  return existsSync(path) ? readFileSync(path).length : 0;
};

/** `app` needs `mid`, which needs `sys`, whose build script is held until `fs` is allowed; it counts its runs in `sys-runs`. */
function tree(name: string) {
  const text = (rest: string): string => config(`[pkg.sys]\n${rest}`);
  const directory = fixture(name);
  return {
    directory,
    configure: (rest: string) => writeFileSync(join(directory, 'cackle.toml'), text(rest)),
  };
}

/** What a user is told, without what depends on when. */
const told = ({ problems, unchecked }: CheckReport) => ({ problems, unchecked });

const ALLOWED = 'build.allow_apis = ["fs", "env"]\n';

describe('rule 9.3: what was built without a held script is built again when it may run, once', () => {
  test.each(sampled(['held-says-cfg', 'held-writes-source'], 2))(
    'what does not compile without it: %s',
    async (name) => {
      const { directory, configure } = tree(name);
      const first = await check(directory);
      expect([first.status, runsOf(directory)]).toEqual([1, 0]);
      expect(first.problems.map(short)).toContain('disallowed-api sys.build fs');
      expect(first.unchecked.map(({ packageLabel }) => packageLabel)).toEqual(['sys']);

      const second = await check(directory);
      expect(told(second)).toEqual(told(first));
      expect([second.status, second.counts.unitsBuilt, runsOf(directory)]).toEqual([1, 0, 0]);

      configure(ALLOWED);
      const third = await check(directory);
      expect([third.problems.map(short), third.status, runsOf(directory)]).toEqual([[], 0, 1]);
      expect([third.counts.cargoRuns, third.counts.compiledAgain]).toEqual([1, 0]);

      const fourth = await check(directory);
      expect([fourth.status, fourth.counts.unitsBuilt, runsOf(directory)]).toEqual([0, 0, 1]);
    },
  );

  test('what compiles without it, too, and only that', async () => {
    const { directory, configure } = tree('held-compiles-either-way');
    const first = await check(directory);
    expect(first.problems.map(short).sort()).toEqual([
      'disallowed-api sys.build env',
      'disallowed-api sys.build fs',
    ]);
    // A permission that is not enough.
    configure('build.allow_apis = ["fs"]\n');
    const second = await check(directory);
    expect(second.problems.map(short)).toEqual(['disallowed-api sys.build env']);
    expect([second.counts.unitsBuilt, runsOf(directory)]).toEqual([0, 0]);
    configure(ALLOWED);
    const third = await check(directory);
    expect(third.problems.map(short)).toEqual(['disallowed-api sys net']);
    // sys, mid and app in two builds each (a library, a test); `plain` and the build script are as they were.
    expect([third.counts.cargoRuns, third.counts.compiledAgain]).toEqual([1, 0]);
    expect(third.counts.unitsBuilt).toBe(first.counts.units - 3 + 1);
    expect((await check(directory)).counts.unitsBuilt).toBe(0);
  });

  test('a permission that is taken back leaves what was built, and tells of the script', async () => {
    const { directory, configure } = tree('held-compiles-either-way');
    configure(`${ALLOWED}allow_apis = ["net"]\n`);
    expect((await check(directory)).status).toBe(0);
    configure('build.allow_apis = ["env"]\nallow_apis = ["net"]\n');
    const held = await check(directory);
    expect([held.problems.map(short), held.status]).toEqual([['disallowed-api sys.build fs'], 1]);
    expect(held.counts.unitsBuilt).toBe(0);
  });
});

describe('rules 9.1, 10.1: a held build script that this build replaces', () => {
  test('what it is now is judged, also when what it was may run by now', async () => {
    const directory = fixture('held-script-replaced');
    expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api held.build fs']);
    writeFileSync(
      join(directory, 'cackle.toml'),
      config('[pkg.held]\nbuild.allow_apis = ["fs"]\n'),
    );
    writeFileSync(
      join(directory, 'build.rs'),
      'fn main() { std::process::Command::new("touch").arg("ran").status().unwrap(); }',
    );
    const replaced = await check(directory);
    expect(existsSync(join(directory, 'ran'))).toBe(false);
    expect(replaced.problems.map(short)).toContain('disallowed-api held.build process');
    expect(replaced.unchecked.map(({ held }) => held)).toEqual(['build script']);
    // And the other way round: it is not held for what it was.
    writeFileSync(
      join(directory, 'cackle.toml'),
      config('[pkg.held]\nbuild.allow_apis = ["process"]\n'),
    );
    writeFileSync(join(directory, 'build.rs'), 'fn main() {}');
    const harmless = await check(directory);
    expect([harmless.unchecked, harmless.counts.outputs]).toEqual([[], 3]);
  });

  wholeTest('one that was built with other features is not judged with it', async () => {
    const directory = fixture('held-script-replaced');
    const problems = ['disallowed-api held.build fs'];
    expect((await check(directory)).problems.map(short)).toEqual(problems);
    const text = (apis: string) => config(`[pkg.held]\nbuild.allow_apis = [${apis}]\n`);
    const path = join(directory, 'cackle.toml');
    writeFileSync(path, text('"env"'));
    const env = { CACKLE_CACHE: 'off' };
    const other = await check(directory, ['--features', 'other'], env);
    const clean = await check(
      fixture('held-script-replaced', { files: { 'cackle.toml': text('"env"') }, as: 'clean' }),
      ['--features', 'other'],
      env,
    );
    expect(other.problems.map(short)).toEqual(clean.problems.map(short));
    const counts = ({ outputs, objects }: CheckReport['counts']) => ({ outputs, objects });
    expect(counts(other.counts)).toEqual(counts(clean.counts));
    expect(other.unchecked).toEqual([]);
  });
});

describe('rule 9.3: instructions that are held: what the script said is known', () => {
  const instructions = (...names: string[]) => names.map((name) => `cargo:${name}`);
  const refusedOf = ({ problems }: CheckReport): string[] =>
    problems.flatMap((p) => ('instructions' in p ? p.instructions : [])).sort();

  test('a check that ends with problems again runs no script and builds nothing; a permission does not run it once more', async () => {
    const { directory, configure } = tree('held-says-instructions');
    configure(ALLOWED);
    const all = instructions('rustc-env=ONE=1', 'rustc-link-arg=-Wl,-O1');
    const first = await check(directory);
    expect([refusedOf(first), runsOf(directory)]).toEqual([all, 1]);
    const second = await check(directory);
    expect(told(second)).toEqual(told(first));
    expect([second.counts.unitsBuilt, runsOf(directory)]).toEqual([0, 1]);

    configure(`${ALLOWED}build.allow_build_instructions = ["cargo:rustc-env=ONE=*"]\n`);
    const third = await check(directory);
    expect(refusedOf(third)).toEqual(instructions('rustc-link-arg=-Wl,-O1'));
    expect([third.counts.cargoRuns, third.counts.compiledAgain, runsOf(directory)]).toEqual([
      1, 0, 1,
    ]);
    expect((await check(directory)).counts.unitsBuilt).toBe(0);

    configure(
      `${ALLOWED}build.allow_build_instructions = ["cargo:rustc-env=ONE=*", "cargo:rustc-link-arg=*"]\n`,
    );
    const last = await check(directory);
    expect([last.problems.map(short), last.counts.cargoRuns]).toEqual([[], 1]);
  });

  test('what it depends on is not trusted: its source, its input, a variable, the configuration of its sandbox', async () => {
    const { directory, configure } = tree('held-says-instructions');
    configure(ALLOWED);
    await check(directory);
    expect(runsOf(directory)).toBe(1);
    writeFileSync(join(directory, 'sys/input'), '2');
    await check(directory);
    expect(runsOf(directory)).toBe(2);
    await check(directory, [], { HELD_BY_TEST: 'x' });
    expect(runsOf(directory)).toBe(3);
    writeFileSync(
      join(directory, 'sys/build.rs'),
      readFileSync(join(directory, 'sys/build.rs'), 'utf8')
        .replace(/ONE=1/, 'TWO=2')
        .replace(/\n.*rustc-link-arg.*/, ''),
    );
    const changed = await check(directory);
    expect([refusedOf(changed), runsOf(directory)]).toEqual([instructions('rustc-env=TWO=2'), 4]);
    expect((await check(directory)).counts.unitsBuilt).toBe(0);
    expect(runsOf(directory)).toBe(4);
  });

  wholeTest('what is not UTF-8 is told again', async () => {
    const { directory, configure } = tree('held-says-bytes');
    configure(ALLOWED);
    const first = await check(directory);
    expect(first.problems.map(short)).toEqual(['execution-failed sys']);
    const second = await check(directory);
    expect(told(second)).toEqual(told(first));
    expect([second.counts.unitsBuilt, runsOf(directory)]).toEqual([0, 1]);
  });
});

describe('rule 6.14: what does not compile for lack of what is held', () => {
  /** A wrapper that notes each compilation. */
  function counted(directory: string): { env: NodeJS.ProcessEnv; compiled: () => string[] } {
    const wrapper = join(directory, 'wrapper');
    const log = join(directory, 'compiled');
    writeFileSync(
      wrapper,
      `#!/bin/sh\ncase "$*" in *--crate-name*) echo "$*" >> "${log}";; esac\nexec "$@"\n`,
    );
    chmodSync(wrapper, 0o755);
    return {
      env: { RUSTC_WRAPPER: wrapper },
      compiled() {
        const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
        rmSync(log, { force: true });
        return [...text.matchAll(/--crate-name (\S+)/g)]
          .map(([, name]) => name as string)
          .filter((name) => name !== '___')
          .sort();
      },
    };
  }

  test('rustc is not asked again, until something of it changes', async () => {
    const { directory, configure } = tree('held-says-cfg');
    const { env, compiled } = counted(directory);
    const first = await check(directory, [], env);
    expect(compiled()).toContain('mid');
    const second = await check(directory, [], env);
    expect([compiled(), told(second)]).toEqual([[], told(first)]);
    // It does without what is held.
    writeFileSync(join(directory, 'mid/src/lib.rs'), 'pub fn f() { sys::only_empty() }');
    const third = await check(directory, [], env);
    expect(compiled()).toContain('mid');
    expect(third.unchecked.map(({ blocks }) => blocks)).toEqual([[]]);
    writeFileSync(join(directory, 'mid/src/lib.rs'), 'pub fn f() { sys::only_full() }');
    configure(ALLOWED);
    const last = await check(directory, [], env);
    expect([last.status, last.problems.map(short), last.counts.cargoRuns]).toEqual([0, [], 1]);
  });

  test('what is wrong in the end is an error of its own', async () => {
    const { directory, configure } = tree('held-says-cfg');
    writeFileSync(join(directory, 'mid/src/lib.rs'), 'pub fn f() { sys::nowhere() }');
    for (const _ of [1, 2]) {
      const { status, problems } = await check(directory);
      expect([status, problems.map(short).sort()]).toEqual([
        1,
        ['disallowed-api sys.build env', 'disallowed-api sys.build fs'],
      ]);
    }
    configure(ALLOWED);
    await expect(check(directory)).rejects.toThrow(/cannot find function `nowhere`/);
  });
});
