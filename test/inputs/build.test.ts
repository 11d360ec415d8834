import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';
import { commands, expectClean, refused } from './support.ts';

/** Over `simple`: all instructions of its build script are allowed. */
const instructing =
  '[pkg.simple]\nallow_apis = ["env"]\nbuild.allow_build_instructions = ["cargo:*"]\n';

describe('rule 6.6: a compile error: no check was made', () => {
  test.each(
    sampled(
      [
        [
          'program',
          'src/main.rs',
          'fn main() { let x: u8 = "no"; }',
          'fn main() { println!("{}", std::env::args().count()); }',
        ],
        ['build script', 'build.rs', 'fn main() { let x: u8 = "no"; }', 'fn main() {}'],
        ['test', 'tests/t.rs', '#[test] fn t() { let x: u8 = "no"; }', ''],
      ],
      2,
    ),
  )('in a %s', async (what, file, text, good) => {
    const directory = fixture('simple', {
      as: `compile-error ${what}`,
      config: instructing,
      files: { 'build.rs': 'fn main() {}', [file]: text },
    });
    const stderr = await refused(directory);
    expect(stderr).toContain('mismatched types');
    expect(stderr).toContain(file);
    expect(stderr).toContain('error: the workspace does not compile');
    expect(stderr).toContain('fix that and check again');
    writeFileSync(join(directory, file), good);
    await expectClean(directory);
  });
});

describe('rule 5.10: a build script that ends badly is a problem', () => {
  /** The one problem of a workspace where a member has the script and another depends on it. */
  async function failing(name: string, script: string, rest = '') {
    const directory = fixture('build-script-of-member', {
      as: `ends-badly ${name}`,
      files: { 'simple/build.rs': script },
      config: `[pkg.simple]\nbuild.allow_build_instructions = ["cargo:*"]\n${rest}`,
    });
    const report = await check(directory);
    expect(report.status).toBe(1);
    expect(report.problems.map(short)).toEqual(['execution-failed simple']);
    const [problem] = report.problems;
    if (problem?.kind !== 'execution-failed') throw new Error('no execution-failed');
    // What it was needed for is named: it was not checked.
    expect(report.unchecked.map(({ packageLabel, held }) => `${held} of ${packageLabel}`)).toEqual([
      'build script of simple',
    ]);
    expect(report.unchecked.flatMap((u) => u.blocks)).toEqual([
      'simple (lib simple)',
      'user (bin user)',
    ]);
    const human = await cackle(['-n', '--path', directory]);
    expect(human.status).toBe(1);
    expect(human.stdout).not.toMatch(commands);
    expect(human.stdout).toContain('failed: the build script of simple');
    expect(human.stdout).toContain(
      'not checked: simple (lib simple), user (bin user), because the build script of simple failed\n',
    );
    writeFileSync(join(directory, 'simple/build.rs'), 'fn main() {}');
    await expectClean(directory);
    return { problem, human: human.stdout };
  }

  test('exit status', async () => {
    const { problem, human } = await failing(
      'status',
      'fn main() { eprintln!("no luck"); std::process::exit(3) }',
      'build.allow_apis = []\n',
    );
    expect(problem).toMatchObject({ status: 3, output: 'no luck\n' });
    expect(human).toContain('its build script failed: exit status 3');
  });

  wholeTest('panic', async () => {
    const { problem } = await failing('panic', 'fn main() { panic!("out of bananas") }');
    expect(problem.status).toBe(101);
    expect(problem.output).toContain('out of bananas');
  });

  wholeTest('signal', async () => {
    const { problem, human } = await failing(
      'signal',
      'extern "C" { fn raise(s: i32) -> i32; }\nfn main() { unsafe { raise(9); } }',
      'build.allow_unsafe = true\nbuild.allow_extern = true\n',
    );
    expect(problem.signal).toBe(9);
    expect(human).toContain('its build script failed: signal 9 (SIGKILL)');
  });

  test('100 MB on stderr before it fails', async () => {
    const { problem } = await failing(
      'loud',
      'fn main() { let l = "x".repeat(1023); for _ in 0..102400 { eprintln!("{l}") } panic!("last words") }',
    );
    expect(problem.output).toContain('last words');
    expect(problem.output.length).toBeLessThan(1 << 20);
  });
});

test('100 MB on stdout are no instructions to cargo: no check was made', async () => {
  const directory = fixture('simple', {
    config: instructing,
    files: {
      'build.rs': 'fn main() { let l = "x".repeat(1023); for _ in 0..102400 { println!("{l}") } }',
    },
  });
  const stderr = await refused(directory);
  expect(stderr).toContain('the build script of simple printed more than 64 MiB');
  expect(stderr).toContain('leave the package out, or report it to its author');
  writeFileSync(join(directory, 'build.rs'), 'fn main() {}');
  await expectClean(directory);
});

test('rule 4.20: `cargo::error` needs no permission, and ends the check with the words of the script', async () => {
  const directory = fixture('simple', {
    files: { 'build.rs': 'fn main() { println!("cargo::error=there is no such library"); }' },
  });
  expect(await refused(directory)).toContain('error: simple@1.0.0: there is no such library');
  writeFileSync(join(directory, 'build.rs'), 'fn main() {}');
  await expectClean(directory);
});

test('a line without end on stderr is passed on in pieces', async () => {
  const directory = fixture('simple', {
    config: instructing,
    files: {
      'build.rs': 'fn main() { eprint!("{}", "y".repeat(20 << 20)); std::process::exit(1) }',
    },
  });
  const ran = await cackle(['-n', '--path', directory]);
  expect(ran.status).toBe(1);
  expect(ran.stdout).toContain('exit status 1');
  expect(ran.stdout.length).toBeLessThan(1 << 20);
});

test('rule 4.23: output that is not UTF-8 is a problem, and cargo gets nothing of it', async () => {
  const directory = fixture('latin1-output');
  for (const turn of [1, 2]) {
    const report = await check(directory);
    expect(report.problems.map(short), `turn ${turn}`).toEqual(['execution-failed simple']);
    expect(report.status).toBe(1);
  }
  const human = await cackle(['-n', '--path', directory]);
  expect(human.stdout).toContain('it printed something that is not UTF-8');
  writeFileSync(join(directory, 'build.rs'), 'fn main() {}');
  await expectClean(directory);
});
