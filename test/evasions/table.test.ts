import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { readCases } from './cases.ts';
import { tableOf } from './table.ts';

test('docs/evasions.md counts the cases that are there', async () => {
  const cases = readCases(join(packageRoot(), 'test', 'evasions'));
  await expect(tableOf(cases)).toMatchFileSnapshot(join(packageRoot(), 'docs', 'evasions.md'));
});
