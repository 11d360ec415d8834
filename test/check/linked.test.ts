import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';

test('rule 4.3: what the linker drops does not count', async () => {
  const report = await check(fixture('linker-drops'));
  expect(report.problems.map(short)).toEqual(['disallowed-api helper.from.build env']);
  expect(report.linkerKept).toEqual([]);
});

test('rule 4.4: what a linker keeps against our join is live, and --debug tells', async () => {
  const directory = fixture('linker-keeps');
  chmodSync(join(directory, 'tools/cc'), 0o755);
  const report = await check(directory);
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api helper.from.build env',
    'disallowed-api helper.from.build fs',
  ]);
  const [kept] = report.linkerKept;
  expect(kept?.output).toBe('build-script-build (build script)');
  expect(kept?.symbols).toContain('helper::unused');
  // The next check links nothing and knows it still.
  const again = await check(directory);
  expect(again.counts.unitsBuilt).toBe(0);
  expect(again.problems).toEqual(report.problems);
  expect(again.linkerKept).toEqual(report.linkerKept);
  const told = await cackle(['-n', '--debug', '--path', directory]);
  expect(told.stdout).toContain('kept by the linker');
  expect(told.stdout).toContain('helper::unused');
  const quiet = await cackle(['-n', '--path', directory]);
  expect(quiet.stdout).not.toContain('kept by the linker');
});
