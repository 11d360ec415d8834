import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckReport } from '../../../engine/problems/report.ts';
import { check, short } from '../../support/cackle.ts';
import { crates, linkedCrate, tell, writeConfig } from './support.ts';

/** What a check found, without how long it took and how much of it was new. */
function found(report: CheckReport): object {
  const { timing, counts, ...rest } = report;
  const { unitsBuilt, objectsExtracted, ...totals } = counts;
  return { ...rest, counts: totals };
}

// Rules 6.12, 10.3: another configuration re-judges and rebuilds nothing; the second check is nearly free
// and says the same. The configuration imports every built-in API and permits nothing.
for (const name of crates) {
  test(`${name} without permissions: problems, nothing unchecked, and the same again for nothing`, async () => {
    const { path, report: permitted } = await linkedCrate(name);
    const args = ['-c', writeConfig(path, 'none', '')];
    const first = await check(path, args);
    expect(first.status).toBe(1);
    // All was built while it was permitted, so no gate holds anything back now.
    expect(first.unchecked).toEqual([]);
    expect(first.counts.unitsBuilt).toBe(0);
    expect(first.counts.objectsExtracted).toBe(0);
    // What was judged from memory while cargo built is what is judged from the store.
    expect(first.grants).toEqual(permitted.grants);
    const { unitsBuilt, objectsExtracted, ...totals } = permitted.counts;
    expect(first.counts).toMatchObject(totals);
    // Every permission in use is a problem.
    const apiProblems = first.problems
      .filter(({ kind }) => kind === 'disallowed-api' || kind === 'off-tree-api')
      .map((problem) => short(problem).replace(/^\S+ /, ''));
    const grants = first.grants.map(
      ({ scope, api }) => `${scope.package}${scope.suffix === '' ? '' : `.${scope.suffix}`} ${api}`,
    );
    expect(grants.filter((grant) => !apiProblems.includes(grant))).toEqual([]);
    const second = await check(path, args);
    expect(second.status).toBe(1);
    expect(second.counts.unitsBuilt).toBe(0);
    expect(second.counts.objectsExtracted).toBe(0);
    expect(found(second)).toEqual(found(first));
    // What was told from stored answers and paths is what a join of all outputs tells.
    rmSync(join(path, 'target', '.cackle', 'answers'), { recursive: true });
    expect(found(await check(path, args))).toEqual(found(first));
    tell(
      `${name}: ${first.problems.length} problems, ${first.counts.outputs} outputs, ${first.counts.objects} objects; second check ${second.timing.total?.toFixed(2)} s`,
    );
  }, 900_000);
}
