import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isInstructionAllowed, neverAllowed } from '../../engine/config/instruction-rules.ts';
import {
  instructionsOf,
  mayProceed,
  withoutInstructions,
} from '../../engine/judge/build-instructions.ts';
import { fixesFor } from '../../engine/problems/fixes.ts';
import { check, config, fixture, short } from '../support/cackle.ts';

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
    const problem = { packageLabel: 'p', packageName: 'p', instruction } as const;
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
      const problem = { packageLabel: 'p', packageName: 'p', instruction } as const;
      const fixes = fixesFor({ kind: 'disallowed-build-instruction', ...problem }, undefined);
      expect(fixes.map(({ title }) => title)).toEqual([
        `allow \`${instruction}\` to the build script of p`,
      ]);
    },
  );
});
