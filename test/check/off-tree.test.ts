import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, fixture, short, usageLines } from '../support/cackle.ts';

test('rules 4.14, 5.5: off-tree: the place belongs to a package that does not depend on the provider', async () => {
  const report = await check(fixture('off-tree'));
  expect(usageLines(report)).toEqual([
    'off-tree-api tool door crates/tool/src/lib.rs:5:9 off_tree::main -> provider::door::open',
  ]);
  expect(report.problems).toMatchObject([{ providedBy: 'provider', scope: { suffix: '' } }]);
  expect(report.status).toBe(1);
});

test('rule 4.14: off-tree: allowed like any usage', async () => {
  expect((await check(fixture('off-tree-allowed'))).problems).toEqual([]);
});

test('rule 4.14: off-tree: an indirect dependency is in the tree', async () => {
  expect((await check(fixture('in-tree'))).problems.map(short)).toEqual([
    'disallowed-api tool door',
  ]);
});

test('rule 4.14: off-tree: dropped when the enclosing function is the provider’s own', async () => {
  expect((await check(fixture('own-call'))).problems).toEqual([]);
});

test('rules 5.5, 8.5: off-tree: its fixes settle it; to include who refers to it does not', async () => {
  const directory = fixture('off-tree');
  const accepted = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(accepted.status).toBe(0);
  expect(readFileSync(join(directory, 'cackle.toml'), 'utf8')).toContain(
    '[pkg.tool]\nallow_apis = ["door"]',
  );
  const excluded = '[api.door]\ninclude = ["provider::door"]\nexclude = ["provider::door::open"]\n';
  expect((await check(fixture('off-tree', { config: excluded }))).problems).toEqual([]);
  const included = '[api.door]\ninclude = ["provider::door", "off_tree::main"]\n';
  expect((await check(fixture('off-tree', { config: included }))).problems.map(short)).toEqual([
    'off-tree-api tool door',
  ]);
});
