import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckReport } from '../../engine/problems/report.ts';
import { check, fixture, usageLines } from '../support/cackle.ts';

// A `match` of six arms becomes a jump table: data that leads back into the function around it.
const users = (report: CheckReport): string[] => [
  ...new Set(report.problems.map((p) => ('packageName' in p ? p.packageName : p.kind))),
];

for (const optimised of [false, true]) {
  const kind = optimised ? 'optimised' : 'plain';
  const compiled = (name: string): string => {
    const directory = fixture(name);
    if (optimised)
      appendFileSync(join(directory, 'Cargo.toml'), '\n[profile.dev]\nopt-level = 2\n');
    return directory;
  };

  test(`rule 4.11: a jump table in an inlined call is no use of what the function around it is named after, ${kind}`, async () => {
    expect(users(await check(compiled('line-zero-jump-table')))).toEqual(['user']);
  });

  test(`rule 4.11: the same with two inlined calls and a type of the standard library, ${kind}`, async () => {
    expect(users(await check(compiled('line-zero-two-inlined-calls')))).toEqual(['user']);
  });

  test(`rule 4.11: what an inlined function reaches from the arms of a match is its own use, ${kind}`, async () => {
    expect(users(await check(compiled('line-zero-arms-of-match')))).toContain('evil');
  });

  test(`rule 4.11: a table of functions in an inlined function is its own use, ${kind}`, async () => {
    const lines = usageLines(await check(compiled('line-zero-table-of-functions')));
    expect(lines.filter((line) => line.includes('evil fs'))).not.toEqual([]);
  });
}
