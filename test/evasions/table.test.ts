import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { readCases } from './cases.ts';
import { rulesOfKind } from './rules.ts';
import { tableOf } from './table.ts';

const cases = readCases(join(packageRoot(), 'test', 'evasions'));

test('each kind says which rules it is against', () => {
  const kinds = new Set(cases.map(({ kind }) => kind));
  expect(Object.keys(rulesOfKind).sort()).toEqual([...kinds].sort());
});

test('docs/evasions.md counts the cases that are there', async () => {
  await expect(tableOf(cases)).toMatchFileSnapshot(join(packageRoot(), 'docs', 'evasions.md'));
});
