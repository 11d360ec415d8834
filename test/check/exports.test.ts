import { expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';

/** Possible exports in short, and other problems by kind. */
async function exported(name: string) {
  const { problems } = await check(fixture(`${name}/workspace`));
  return problems
    .map((p) => (p.kind === 'possible-export' ? `${p.packageName} ${p.api} ${p.path}` : p.kind))
    .sort();
}

test('rules 4.15, 5.16: possible export: a live top-level module with the name of a defined API', async () => {
  expect(await exported('exports-of-known-names')).toEqual([
    'socket fs socket::fs',
    'socket net socket::net',
  ]);
});

test('rule 4.15: possible export: not for dead code, nor for APIs that nobody defined', async () => {
  expect(await exported('exports-dead')).toEqual([]);
});

test('rules 2.7, 4.15: not where the API includes it already, nor where no_auto_detect names the package', async () => {
  expect(await exported('exports-known')).toEqual([]);
});

test('rule 4.15: an included export is judged like std', async () => {
  expect(await exported('exports-included')).toEqual(['disallowed-api']);
});

test('rule 2.5: a path may begin with the name of a package where the crate has `_` for its `-`', async () => {
  const { problems } = await check(fixture('exports-dashed/workspace'));
  expect(problems.map(short)).toEqual(['disallowed-api exports-dashed net']);
});
