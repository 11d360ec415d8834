import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckReport } from '../../engine/problems/report.ts';
import { cackle, check, fixture } from '../support/cackle.ts';

/** Warnings, each with what is stale. */
const stale = (report: CheckReport): string[] =>
  report.problems.map((p) => {
    if (p.kind === 'unused-setting')
      return `${p.packageName} ${p.scope.suffix} ${p.setting}${p.value === undefined ? '' : ` ${p.value}`}`;
    if (p.kind === 'unused-allow-api') return `${p.packageName} ${p.scope.suffix} api ${p.api}`;
    return p.kind === 'unknown-package' ? `${p.packageName} unknown` : p.kind;
  });

test('rule 5.11: every kind of permission that nothing needs is told, and taken away by its fix', async () => {
  const directory = fixture('stale-all');
  const report = await check(directory);
  expect(stale(report).sort()).toEqual(
    [
      'plain  allow_build_instructions cargo:rustc-env=*',
      'plain  allow_extern',
      'plain  allow_proc_macro',
      'plain  allow_unsafe',
      'plain  api fs',
      'plain  import',
      'plain build sandbox',
      'plain test sandbox',
      'script build allow_build_instructions cargo:rustc-link-lib=*',
      'script build allow_unsafe',
      'script build api net',
    ].sort(),
  );
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text.slice(text.indexOf('[pkg'))).toBe(
    '[pkg.script]\nbuild.allow_build_instructions = ["cargo:rustc-env=A=1"]\n',
  );
}, 120_000);

test('rule 5.11: nothing is told that this build, another target or another feature needs', async () => {
  const directory = fixture('stale-none/workspace');
  expect(stale(await check(directory))).toEqual(['disallowed-api']);
}, 120_000);

test('rule 5.20: nothing is told where a part was not checked, and the fixes leave a clean file', async () => {
  const directory = fixture('stale-fixes');
  const part = await check(directory, ['--package', 'stale-fixes']);
  expect(stale(part)).toEqual(['gone unknown']);
  expect(stale(await check(directory)).sort()).toEqual([
    'gone unknown',
    'plain  allow_unsafe',
    'plain build sandbox',
  ]);
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('# kept');
  expect(text).not.toMatch(/allow_unsafe|allow_network|gone/);
  expect(stale(await check(directory))).toEqual([]);
}, 120_000);
