import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isInstructionAllowed } from '../../engine/config/instruction-rules.ts';
import { instructionsOf } from '../../engine/judge/build-instructions.ts';
import { mergeProblems } from '../../engine/problems/merge.ts';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';

const common = (lines: string, rest = ''): string =>
  config(rest).replace('version = 3\n', `version = 3\n${lines}\n`);

test('rules 2.9, 5.8: a build script needs a build section under explicit_build_scripts, be it empty, and waits for it', async () => {
  const report = await check(fixture('explicit-build-script'));
  expect(report.problems.map(short)).toEqual(['build-script-not-allowed explicit']);
  expect(report.unchecked).toMatchObject([{ packageLabel: 'explicit', held: 'build script' }]);
  for (const allowed of [
    config(),
    common('explicit_build_scripts = true', '[pkg.explicit.build]\n'),
    common('explicit_build_scripts = true', '[pkg.explicit]\nbuild.allow_apis = []\n'),
  ]) {
    const again = await check(
      fixture('explicit-build-script', { files: { 'cackle.toml': allowed } }),
    );
    expect(again.problems).toEqual([]);
    expect(again.status).toBe(0);
  }
});

test('rule 5.7: a proc macro needs allow_proc_macro, whatever it does', async () => {
  const report = await check(fixture('harmless-proc-macro'));
  expect(report.problems.map(short)).toEqual(['proc-macro-not-allowed harmless']);
  expect(
    (
      await check(
        fixture('harmless-proc-macro', { config: '[pkg.harmless]\nallow_proc_macro = true\n' }),
      )
    ).problems,
  ).toEqual([]);
});

describe('rules 4.20, 5.9: build instructions', () => {
  const of = (text: string) => instructionsOf(Buffer.from(text));

  test('each line that begins cargo: or cargo:: counts once, save the harmless ones', () => {
    expect(
      of(
        [
          'cargo:rustc-link-lib=z',
          'cargo::rustc-link-lib=z',
          'cargo::metadata=A=b',
          'cargo:root=/x',
          'cargo:rustc-flags=-l z',
          'cargo:rustc-env=A=1',
          'cargo:rustc-cfgx=1',
          'cargo:rerun-if-changed=x',
          'cargo::rerun-if-env-changed=X',
          'cargo:warning=x',
          'cargo::warning=x',
          'cargo::error=x',
          'cargo:rustc-cfg=x',
          'cargo::rustc-check-cfg=cfg(x)',
          'not cargo:rustc-env=A=1',
          'Cargo:rustc-env=A=1',
          'cargo rustc-env=A=1',
        ].join('\n'),
      ),
    ).toEqual([
      'cargo:rustc-link-lib=z',
      'cargo:metadata=A=b',
      'cargo:root=/x',
      'cargo:rustc-flags=-l z',
      'cargo:rustc-env=A=1',
      'cargo:rustc-cfgx=1',
    ]);
  });

  test('white space that cargo takes off hides nothing', () => {
    expect(of(' cargo:a=1\n\t\u{85}cargo::b=2 \r\n\u{3000}cargo:c=3\r\ncargo:d=4')).toEqual([
      'cargo:a=1',
      'cargo:b=2',
      'cargo:c=3',
      'cargo:d=4',
    ]);
    expect(of('\u{feff}cargo:a=1')).toEqual([]);
  });

  test.each([
    ['cargo:rustc-link-lib=z', true],
    ['cargo::rustc-link-lib=z', true],
    ['cargo:rustc-link-*', true],
    ['cargo::rustc-*', true],
    ['cargo:*', true],
    ['cargo:rustc-link-lib', false],
    ['cargo:rustc-link-lib=', false],
    ['cargo:rustc-link-lib=zz', false],
    ['cargo:rustc-env=*', false],
    ['rustc-link-*', false],
    ['cargo:rustc-*-lib=z', false],
    ['', false],
  ])('the rule %j covers cargo:rustc-link-lib=z: %s', (rule, covered) =>
    expect(isInstructionAllowed('cargo:rustc-link-lib=z', [rule])).toBe(covered),
  );

  test('an instruction behind white space is refused, and cargo does not act on it', async () => {
    const report = await check(fixture('instruction-behind-space'));
    expect(report.problems).toMatchObject([
      { kind: 'disallowed-build-instruction', instruction: 'cargo:rustc-env=SPACED=1' },
    ]);
  });

  test('rules of the whole package hold for its build script; the fresh output is judged again', async () => {
    const directory = fixture('rules-of-whole-package');
    expect((await check(directory)).problems).toEqual([]);
    writeFileSync(join(directory, 'cackle.toml'), config());
    const again = await check(directory);
    expect(again.problems.map(short)).toEqual(['disallowed-build-instruction fresh']);
  });
});

test('rules 4.23, 5.10, 6.13: build scripts that fail or print what is not UTF-8; the rest is judged all the same', async () => {
  const report = await check(fixture('build-scripts-that-fail'));
  const failed = report.problems.filter((p) => p.kind === 'execution-failed');
  expect(report.problems.length).toBe(failed.length);
  expect(failed.map((p) => [p.packageName, p.executable, p.status]).sort()).toEqual([
    ['fails', 'build script', 3],
    ['garbles', 'build script', undefined],
  ]);
  expect(failed.find((p) => p.packageName === 'fails')?.output).toContain('no luck today');
  expect(failed.find((p) => p.packageName === 'garbles')?.output).toContain('not UTF-8');
  expect(report.status).toBe(1);
});

test('rules 5.11, 5.12, 5.20: unused permissions are told by scope, and only by a check of the whole workspace', async () => {
  const directory = fixture('unused-permissions');
  const report = await check(directory);
  expect(
    report.problems
      .map((p) => `${short(p)} ${'configPlace' in p ? p.configPlace.line : ''}`)
      .sort(),
  ).toEqual([
    'unknown-package hepler 15',
    'unused-allow-api helper net 11',
    'unused-allow-api helper.build fs 13',
    'unused-allow-api helper.from.test env 14',
  ]);
  expect(report.problems.find((p) => p.kind === 'unknown-package')?.nearest).toBe('helper');
  expect(report.status).toBe(0);
  const some = await check(directory, ['--package', 'unused']);
  expect(some.problems.map(short)).toEqual(['unknown-package hepler']);
  expect((await check(directory, ['--fail-on-warnings'])).status).toBe(1);
});

test('rule 5.20: a held build script leaves permissions undecided: none is called unused', async () => {
  expect((await check(fixture('held-leaves-undecided'))).problems.map(short)).toEqual([
    'disallowed-api undecided.build env',
  ]);
});

test('rules 2.2, 5.17: an older config version is a warning that can be ignored; a newer one is an error', async () => {
  const directory = fixture('older-config-version');
  const report = await check(directory);
  expect(report.problems).toEqual([
    { severity: 'warning', code: 'C0406', kind: 'newer-config-version', version: 1, newest: 3 },
  ]);
  expect(report.status).toBe(0);
  expect((await check(directory, ['--fail-on-warnings'])).status).toBe(1);
  const ignoring = ['--fail-on-warnings', '--ignore-newer-config-versions'];
  expect((await check(directory, ignoring)).status).toBe(0);
  const newer = await cackle(['-n', '--path', fixture('newer-config-version')]);
  expect(newer.status).toBe(2);
  expect(newer.stderr).toMatch(/cackle\.toml:2:\d+: version 4 is not known/);
});

test('rule 5.20: severities: what stops a check and what does not', async () => {
  const { problems } = await check(fixture('severities'));
  const severities = problems.map((p) => `${(p as { severity?: string }).severity} ${short(p)}`);
  expect(severities.sort()).toEqual([
    'error disallowed-api severe env',
    'error disallowed-extern severe',
    'error disallowed-unsafe severe',
    'warning unused-allow-api severe fs',
  ]);
});

test('rule 5.19: problems of the same package, scope and API merge over outputs; other APIs stay apart', async () => {
  const { problems } = await check(fixture('outputs-merge'));
  expect(problems.map(short).sort()).toEqual([
    'disallowed-api merges env',
    'disallowed-api merges fs',
  ]);
  const fs = problems.find((p) => p.kind === 'disallowed-api' && p.api === 'fs');
  const places = fs && 'usages' in fs ? fs.usages.map((u) => `${u.output} ${u.place.line}`) : [];
  expect(places.sort()).toEqual(['a (bin) 2', 'b (bin) 3', 'c (bin) 4']);
});

test('rule 5.19: possible exports merge by package and API', () => {
  const possible = (api: string) =>
    ({
      kind: 'possible-export',
      packageLabel: 'p',
      packageName: 'p',
      api,
      path: `p::${api}`,
      symbol: `p::${api}::f`,
    }) as const;
  expect(mergeProblems([possible('net'), possible('fs'), possible('net')])).toEqual([
    possible('net'),
    possible('fs'),
  ]);
});

test('rule 9.1: what is only compiled need not wait', async () => {
  const directory = fixture('only-compiled');
  const report = await check(directory);
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api compiled net',
    'disallowed-api held.build fs',
    'disallowed-unsafe held',
  ]);
  expect(existsSync(join(directory, 'held', 'ran'))).toBe(false);
});
