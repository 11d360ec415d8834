import { expect, test } from 'vitest';
import { check, short, tree, usageLines, workspace } from '../support/cackle.ts';

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
