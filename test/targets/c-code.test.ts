import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compilerAdvice } from '../../engine/build/missing-compiler.ts';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';

const target = 'x86_64-pc-windows-gnu';

test.skipIf(noTargets !== undefined)(
  `rule 12.9: a build script without a C compiler for the target: the rest is judged, the status is 2 ${noTargets ?? ''}`,
  async () => {
    const directory = fixture('c-for-other-systems');
    expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api plain fs']);
    const report = await check(directory, ['--target', target]);
    expect(report.problems.map(short).sort()).toEqual([
      'disallowed-api plain fs',
      'execution-failed needs-c',
    ]);
    expect(report.unchecked).toMatchObject([{ packageLabel: 'needs-c', target, failed: true }]);
    expect(report.status).toBe(2);
    const { stdout } = await cackle(['-n', '--path', directory, '--target', target]);
    expect(stdout).toContain('apt install gcc-mingw-w64-x86-64');
  },
);

test.skipIf(noTargets !== undefined)(
  `rule 12.9: best_effort_targets excuses what cannot be built ${noTargets ?? ''}`,
  async () => {
    const source = readFileSync(join('test/fixtures/c-for-other-systems/cackle.toml'), 'utf8');
    const text = `${source.replace('[common]', `[common]\nbest_effort_targets = ["${target}"]`)}\n[pkg.plain]\nallow_apis = ["fs"]\n`;
    const directory = fixture('c-for-other-systems', {
      files: { 'cackle.toml': text },
      as: 'c-best-effort',
    });
    const report = await check(directory, ['--target', target]);
    expect(report.problems.map(short)).toEqual([]);
    expect(report.unchecked).toMatchObject([{ packageLabel: 'needs-c', isExcused: true }]);
    expect(report.status).toBe(0);
  },
);

test('rule 12.9: what is said of a missing compiler, by target', () => {
  const missing = 'error occurred in cc-rs: failed to find tool "x": No such file';
  expect(compilerAdvice('i686-pc-windows-gnu', missing)).toContain('gcc-mingw-w64-i686');
  expect(compilerAdvice('aarch64-apple-darwin', 'failed to find tool "xcrun"')).toContain(
    'CC_aarch64_apple_darwin',
  );
  expect(compilerAdvice('x86_64-pc-windows-msvc', missing)).toContain('clang-cl');
  expect(compilerAdvice('x86_64-pc-windows-gnu', 'x.c:1: error: expected ;')).toBeUndefined();
});
