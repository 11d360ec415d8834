import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, short, tree, usageLines, workspace } from '../support/cackle.ts';

// A macro that keeps its own places is code of its crate, with targets that the crate knows nothing of.
const tool =
  '#[collapse_debuginfo(no)]\n#[macro_export]\nmacro_rules! call { ($f:path) => {\n    $f()\n} }';
const door = 'pub mod door {\n    pub fn open() {}\n}\n';
const api = '[api.door]\ninclude = ["provider::door"]\n';

test('rules 4.14, 5.5: off-tree: the place belongs to a package that does not depend on the provider', async () => {
  const files = tree('off-tree', {
    main: 'fn main() {\n    tool::call!(provider::door::open);\n}',
    crates: { tool, provider: door },
    config: api,
  });
  const report = await check(workspace('off-tree', files));
  expect(usageLines(report)).toEqual([
    'off-tree-api tool door crates/tool/src/lib.rs:4:5 off_tree::main -> provider::door::open',
  ]);
  expect(report.problems).toMatchObject([{ providedBy: 'provider', scope: { suffix: '' } }]);
  expect(report.status).toBe(1);
});

test('rule 4.14: off-tree: allowed like any usage', async () => {
  const files = tree('off-tree-allowed', {
    main: 'fn main() {\n    tool::call!(provider::door::open);\n}',
    crates: { tool, provider: door },
    config: `${api}[pkg.tool]\nallow_apis = ["door"]\n`,
  });
  expect((await check(workspace('off-tree-allowed', files))).problems).toEqual([]);
});

test('rule 4.14: off-tree: an indirect dependency is in the tree', async () => {
  const files = tree('in-tree', {
    main: 'fn main() {\n    tool::call!(provider::door::open);\n}',
    crates: { tool, provider: door, between: 'pub use provider as p;' },
    needs: { tool: ['between'], between: ['provider'] },
    config: api,
  });
  expect((await check(workspace('in-tree', files))).problems.map(short)).toEqual([
    'disallowed-api tool door',
  ]);
});

test('rule 4.14: off-tree: dropped when the enclosing function is the provider’s own', async () => {
  const files = tree('own-call', {
    main: 'fn main() { provider::go(); }',
    crates: {
      tool,
      provider: `${door}pub fn go() {\n    tool::call!(door::open);\n}`,
    },
    needs: { provider: ['tool'] },
    config: api,
  });
  expect((await check(workspace('own-call', files))).problems).toEqual([]);
});

test('rules 5.5, 8.5: off-tree: its fixes settle it; to include who refers to it does not', async () => {
  const files = (config: string) =>
    tree('off-tree-fixed', {
      main: 'fn main() {\n    tool::call!(provider::door::open);\n}',
      crates: { tool, provider: door },
      config,
    });
  const directory = workspace('off-tree-fixed', files(api));
  const accepted = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(accepted.status).toBe(0);
  expect(readFileSync(join(directory, 'cackle.toml'), 'utf8')).toContain(
    '[pkg.tool]\nallow_apis = ["door"]',
  );
  const excluded = `${api}exclude = ["provider::door::open"]\n`;
  expect((await check(workspace('off-tree-fixed', files(excluded)))).problems).toEqual([]);
  const included = '[api.door]\ninclude = ["provider::door", "off_tree_fixed::main"]\n';
  expect((await check(workspace('off-tree-fixed', files(included)))).problems.map(short)).toEqual([
    'off-tree-api tool door',
  ]);
});
