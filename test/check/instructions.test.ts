import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  instructionGroup,
  isInstructionAllowed,
  neverAllowed,
} from '../../engine/config/instruction-rules.ts';
import {
  instructionsOf,
  mayProceed,
  withoutInstructions,
} from '../../engine/judge/build-instructions.ts';
import { fixesFor } from '../../engine/problems/fixes.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { mergeProblems } from '../../engine/problems/merge.ts';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';

const printed = (...lines: string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);

test('rule 4.20: a line is an instruction as cargo trims it, in both spellings, whatever white space is around it', () => {
  const lines = [
    'cargo::rustc-env=A=1',
    '  cargo:rustc-env=B=2\r',
    '\u0085\u3000\tcargo:rustc-flags=-lx\u00a0',
    'not cargo:rustc-env=C=3',
    'cargo:rerun-if-changed=x',
    ' cargo::warning=w',
    'cargo:rustc-cfg=y',
    'cargo::rustc-check-cfg=cfg(y)',
  ];
  const found = instructionsOf(printed(...lines));
  expect(found).toEqual(['cargo:rustc-env=A=1', 'cargo:rustc-env=B=2', 'cargo:rustc-flags=-lx']);
  expect(withoutInstructions(printed(...lines), found ?? [])).toBe(
    `${lines.slice(3).join('\n')}\n`,
  );
  expect(instructionsOf(Buffer.from([0x63, 0xff]))).toBeUndefined();
});

test('rule 2.12: a rule is exact, or a prefix with a trailing *', () => {
  expect(isInstructionAllowed('cargo:rustc-link-lib=z', ['cargo::rustc-link-*'])).toBe(true);
  expect(isInstructionAllowed('cargo:rustc-env=A=1', ['cargo:rustc-env=A'])).toBe(false);
  expect(isInstructionAllowed('cargo:rustc-env=A=1', ['cargo:rustc-env=A=1'])).toBe(true);
  expect(isInstructionAllowed('cargo:rustc-env=A=1', [])).toBe(false);
});

test('what may run code is never acted on before it is allowed', () => {
  for (const instruction of [
    'cargo:rustc-flags=-lx',
    'cargo:rustc-env=A=1',
    'cargo:rustc-link-arg=x',
  ])
    expect(mayProceed(instruction, false)).toBe(false);
  expect(mayProceed('cargo:rustc-link-lib=z', false)).toBe(true);
  expect(mayProceed('cargo:rustc-link-lib=z', true)).toBe(false);
  expect(mayProceed('cargo:root=/x', true)).toBe(true);
});

test('rule 4.22: a library that a refused instruction names is not linked into a proc macro', async () => {
  const directory = fixture('library-of-refused-instruction');
  // The library does not exist: a link that asked for it would fail, and the check with it.
  const report = await check(directory);
  expect(report.problems.map(short)).toEqual([
    'disallowed-build-instruction z-sys',
    'disallowed-build-instruction z-sys',
  ]);
  writeFileSync(
    join(directory, 'cackle.toml'),
    config(
      '[pkg.macros]\nallow_proc_macro = true\n[pkg.z-sys]\nbuild.allow_build_instructions = ["cargo:rustc-link-search=*"]\n',
    ),
  );
  expect((await check(directory)).problems).toMatchObject([
    { instruction: 'cargo:rustc-link-lib=dylib=cackle_no_such_library' },
  ]);
});

test('rules 4.22, 9.3: what was built without a refused instruction is built again, and judged, once it is allowed', async () => {
  const directory = fixture('instruction-allowed-later');
  expect((await check(directory)).problems.map(short)).toEqual([
    'disallowed-build-instruction told',
  ]);
  writeFileSync(
    join(directory, 'cackle.toml'),
    config('[pkg.told]\nbuild.allow_build_instructions = ["cargo:rustc-env=ACT=*"]\n'),
  );
  expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api told fs']);
});

test('rule 9.4: what was allowed once is not compiled in anew when the rule is gone', async () => {
  const lib =
    'pub fn act() { match option_env!("ACT") { Some(_) => { let _ = std::fs::read("x"); } None => {} } }\n// 1\n';
  const directory = fixture('instruction-allowed-no-more');
  expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api told fs']);
  writeFileSync(join(directory, 'cackle.toml'), config());
  // Nothing is built only because of that.
  const withdrawn = await check(directory);
  expect(withdrawn.counts.unitsBuilt).toBe(0);
  expect(withdrawn.problems.map(short)).toContain('disallowed-build-instruction told');
  writeFileSync(join(directory, 'told/src/lib.rs'), `${lib}// 2\n`);
  expect((await check(directory)).problems.map(short)).toEqual([
    'disallowed-build-instruction told',
  ]);
});

describe('rule 4.21: what would be code or another identity in the toolchain, no rule covers', () => {
  test.each([
    'cargo:rustc-env=LD_PRELOAD=/x.so',
    'cargo:rustc-env=PATH=/x',
    'cargo:rustc-env=RUSTC_WORKSPACE_WRAPPER=x',
    'cargo:rustc-env=CARGO_PKG_NAME=x',
    'cargo:rustc-env=OUT_DIR=/x',
    'cargo:rustc-env=GCC_EXEC_PREFIX=/x',
    'cargo:rustc-env=COMPILER_PATH',
    'cargo::rustc-env=GLIBC_TUNABLES=x',
    'cargo:rustc-cfg=@x',
    'cargo:rustc-check-cfg= @x',
    'cargo:rustc-link-lib=@x',
    'cargo:rustc-link-search=@x',
    'cargo:rustc-flags=-l @x',
    'cargo:rustc-flags=-L native=a -L@x',
  ])('%s', (instruction) => {
    for (const rule of ['cargo:*', 'cargo:rustc-env=*', `${instruction}*`, instruction])
      expect(isInstructionAllowed(instruction, [rule])).toBe(false);
    expect(neverAllowed(instruction)).toBeDefined();
    expect(mayProceed(instruction, false)).toBe(false);
    expect(instructionsOf(printed(instruction))).toHaveLength(1);
    const problem = {
      ...{ packageLabel: 'p', packageName: 'p' },
      ...{ instruction, instructions: [instruction] },
    } as const;
    expect(fixesFor({ kind: 'disallowed-build-instruction', ...problem }, undefined)).toEqual([]);
  });

  test.each([
    'cargo:rustc-env=GIT_HASH=@x',
    'cargo:rustc-env=MY_LD_PRELOAD=x',
    'cargo:rustc-env=PATHS=x',
    'cargo:rustc-cfg=feature="@x"',
    'cargo:rustc-link-search=native=@x',
    'cargo:rustc-flags=-l a@b',
  ])('but %s is covered', (instruction) => {
    expect(isInstructionAllowed(instruction, ['cargo:*'])).toBe(true);
  });

  test.each(['cargo:rustc-link-arg=@x', 'cargo:rustc-link-arg-bins=-Wl,--as-needed,@x'])(
    'the response file of %s is covered by the exact rule alone, which is its fix',
    (instruction) => {
      expect(isInstructionAllowed(instruction, ['cargo:*', 'cargo:rustc-link-arg*'])).toBe(false);
      expect(isInstructionAllowed(instruction, [instruction])).toBe(true);
      const problem = {
        ...{ packageLabel: 'p', packageName: 'p' },
        ...{ instruction, instructions: [instruction] },
      } as const;
      const fixes = fixesFor({ kind: 'disallowed-build-instruction', ...problem }, undefined);
      expect(fixes.map(({ title }) => title)).toEqual([
        `allow \`${instruction}\` to the build script of p`,
      ]);
    },
  );
});

describe('rules 5.9, 5.19: instructions of one kind are one problem', () => {
  const kind = 'disallowed-build-instruction';
  const rulesOf = (...instructions: string[]): string[][] => {
    const [instruction = ''] = instructions;
    const problem = {
      kind,
      packageLabel: 'p',
      packageName: 'p',
      instruction,
      instructions,
    } as const;
    return fixesFor(problem, undefined).map(({ edit }) =>
      edit.steps.flatMap((step) => (step.kind === 'allow' ? [step.value] : [])),
    );
  };
  const settledBy = (rules: readonly string[], ...instructions: string[]): boolean =>
    instructions.every((instruction) => isInstructionAllowed(instruction, rules));

  const shared = fixture('instructions-of-one-kind');

  test('of which the report lists the first, and the fix is the rule that fits; one alone is as it was', async () => {
    const report = await check(shared);
    const told = report.problems.flatMap((p) =>
      p.kind === kind ? [[p.packageName, p.instruction, p.instructions.length]] : [],
    );
    expect(told).toEqual([
      ['others', 'cargo:rustc-env=BUILD_TIME=noon', 3],
      ['others', 'cargo:rustc-link-arg=-Wl,-z,now', 2],
      ['prefixed', 'cargo:rustc-env=VERGEN_BUILD_DATE=1', 9],
      ['prefixed', 'cargo:rustc-link-search=native=/nowhere/a', 2],
      ['single', 'cargo:rustc-env=SINGLE_ONE=1', 1],
    ]);
    const { stdout } = await cackle(['-n', '--path', shared]);
    expect(stdout).toContain(`prefixed
  error[C0303]: its build script gives 9 instructions \`cargo:rustc-env=VERGEN_…\`, which are not allowed
    cargo:rustc-env=VERGEN_BUILD_DATE=1
    cargo:rustc-env=VERGEN_BUILD_TIME=2
    cargo:rustc-env=VERGEN_CARGO_DEBUG=3
    cargo:rustc-env=VERGEN_CARGO_OPT=4
    cargo:rustc-env=VERGEN_GIT_BRANCH=5
    … and 4 more instructions
    to allow it, in cackle.toml:
      [pkg.prefixed]
      build.allow_build_instructions = ["cargo:rustc-env=VERGEN_*"]
`);
    expect(stdout).toContain('and 9 instructions `cargo:rustc-env=VERGEN_…`, single has');
    expect(stdout).toContain('gives the instruction `cargo:rustc-env=SINGLE_ONE=1`, which is not');
    const whole = await cackle(['-n', '--debug', '--path', shared]);
    expect(whole.stdout).toContain('    cargo:rustc-env=VERGEN_SYSINFO_NAME=9\n');
    expect(whole.stdout).not.toContain('more instructions');
  });

  test('and one fix settles all of it', async () => {
    const ran = await cackle(['-n', '--auto-accept-fixes', '--path', shared]);
    expect([ran.status, ran.stderr]).toEqual([0, expect.anything()]);
    const text = readFileSync(join(shared, 'cackle.toml'), 'utf8');
    expect(text.slice(text.indexOf('[pkg'))).toBe(`[pkg.others]
build.allow_build_instructions = [
    "cargo:rustc-env=BRANCH=*",
    "cargo:rustc-env=BUILD_*",
    "cargo:rustc-link-arg=-Wl,-O1",
    "cargo:rustc-link-arg=-Wl,-z,now",
]

[pkg.prefixed]
build.allow_build_instructions = [
    "cargo:rustc-env=VERGEN_*",
    "cargo:rustc-link-search=native=*",
]

[pkg.single]
build.allow_build_instructions = ["cargo:rustc-env=*"]
`);
    expect((await check(shared)).problems).toEqual([]);
  });

  test.each<[string[], string[]]>([
    [['rustc-env=GIT_A=1', 'rustc-env=GIT_BA=2'], ['rustc-env=GIT_*']],
    [['rustc-env=GIT_A=x_1', 'rustc-env=GIT_A=x_2'], ['rustc-env=GIT_A=*']],
    // Less than a word in common is nothing in common.
    [
      ['rustc-env=ABC=1', 'rustc-env=ABD=2'],
      ['rustc-env=ABC=*', 'rustc-env=ABD=*'],
    ],
    [
      ['rustc-env=A_X=1', 'rustc-env=A_Y=2'],
      ['rustc-env=A_X=*', 'rustc-env=A_Y=*'],
    ],
    // PATH_TO_IT may be set, and PATH not.
    [['rustc-env=PATH_TO=1', 'rustc-env=PATH_OF=2'], ['rustc-env=PATH_*']],
    [
      ['metadata=lib_a=1', 'metadata=root=/x'],
      ['metadata=lib_a=*', 'metadata=root=*'],
    ],
    [['rustc-link-lib=static=a', 'rustc-link-lib=static=b'], ['rustc-link-lib=static=*']],
    // Paths are other ones on the next machine.
    [['rustc-link-search=/a-b/x', 'rustc-link-search=/a-b/y'], ['rustc-link-search=*']],
    [['rustc-link-arg=-s', 'rustc-link-arg=-L/a'], ['rustc-link-arg=*']],
    [['rustc-link-lib=a', 'rustc-link-lib=b'], ['rustc-link-lib=*']],
    // A rule that ends in `*` would be a prefix.
    [['rustc-link-arg=-s', 'rustc-link-arg=*'], ['rustc-link-arg=*']],
    [['rustc-env=A', 'rustc-env=B'], ['rustc-env=*']],
  ])('%j: %j', (instructions, rules) => {
    const given = instructions.map((line) => `cargo:${line}`);
    const [best = []] = rulesOf(...given);
    expect(best).toEqual(rules.map((rule) => `cargo:${rule}`));
    expect(settledBy(best, ...given)).toBe(true);
  });

  test('what each rule would not allow stays a problem of its own', async () => {
    const groups = ['cargo:rustc-env=PATH=x', 'cargo:rustc-env=A=1', 'cargo:rustc-link-arg=@x'];
    expect(new Set(groups.map(instructionGroup)).size).toBe(3);
    expect(instructionGroup('cargo:rustc-env=B=1')).toBe(instructionGroup('cargo::rustc-env=A=1'));
    expect(
      settledBy(
        rulesOf('cargo:rustc-env=AB_C=1', 'cargo:rustc-env=AB_D=1')[0] ?? [],
        'cargo:rustc-env=ABC=1',
      ),
    ).toBe(false);
  });

  test('a hundred thousand of them are told in a moment', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `cargo:rustc-env=X${i}=1`);
    expect(rulesOf(...many)[0]).toEqual(['cargo:rustc-env=*']);
  });
});

test('rules 1.1, 5.19: instructions of two versions, or two runs, are united in an order that the runs do not decide', () => {
  const of = (packageLabel: string, ...instructions: string[]): Problem => ({
    ...{ kind: 'disallowed-build-instruction', packageLabel, packageName: 'p' },
    ...{ instruction: instructions[0] ?? '', instructions },
  });
  const [env, root] = ['cargo:rustc-env=', 'cargo:root='];
  const runs = [of('p[1.0.0]', `${env}B=1`, `${env}A=1`), of('p[2.0.0]', `${env}C=1`, `${env}B=1`)];
  const united = of('p', `${env}A=1`, `${env}B=1`, `${env}C=1`);
  expect(mergeProblems([...runs, of('p[2.0.0]', `${root}x`)])).toEqual([
    united,
    of('p[2.0.0]', `${root}x`),
  ]);
  expect(mergeProblems(runs.toReversed())).toEqual([united]);
  expect(mergeProblems([of('p', `${env}B=1`, `${env}A=1`), of('p', `${env}A=1`)])).toEqual([
    of('p', `${env}B=1`, `${env}A=1`),
  ]);
});
