import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { noTargets } from '../support/targets.ts';
import { readCases } from './cases.ts';
import { keepResult } from './result.ts';
import { clear, type Outcomes, type Place, runAlone, runTogether } from './run.ts';
import { chosen, chosenElsewhere, sampledTargets } from './sample.ts';

// The corpus of evasions: every case is caught, clean or admitted, exactly as it says. README.md has the format.

const corpus = join(packageRoot(), 'test', 'evasions');
const directory = join(packageRoot(), 'target', 'evasions');
const wanted = process.env.EVASIONS;
const targets = process.env.EVASIONS_TARGETS?.split(',') ?? [undefined];
const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8').replace(/\s+/g, ' ');

describe.each(targets)('%s', (target) => {
  const place: Place = {
    directory: target === undefined ? directory : join(directory, 'targets', target),
    target,
  };
  const all = chosen(readCases(corpus, target), wanted);
  const cases = all.filter(({ left }) => left === undefined);
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  const outcomeOf = new Map<string, string | undefined>();

  if (process.env.EVASIONS_KEEP === undefined) clear(place);

  test('what a case is let through for stands in the README', () => {
    const limits = cases.flatMap(({ name, limit }) =>
      limit === undefined ? [] : [{ name, limit }],
    );
    expect(limits.filter(({ limit }) => !readme.includes(limit.replace(/\s+/g, ' ')))).toEqual([]);
  });

  describe.each(kinds)('%s', (kind) => {
    const together = cases.filter((c) => c.kind === kind && !c.alone);
    const alone = cases.filter((c) => c.kind === kind && c.alone);
    let outcomes: Outcomes = new Map();
    beforeAll(async () => {
      // A sample leaves out the tests that cargo makes of programs where no case says anything of tests.
      const short = wanted === undefined && !together.some((c) => c.tests);
      if (together.length > 0) outcomes = await runTogether(together, kind, place, short);
    }, 1_200_000);
    const judge = (name: string, fault: string | undefined): void => {
      outcomeOf.set(name, fault);
      if (fault !== undefined) expect.fail(fault);
    };
    for (const { name } of together)
      test(name, () => {
        judge(name, outcomes.has(name) ? outcomes.get(name) : 'it was not checked');
      });
    for (const c of alone)
      test.skipIf(c.outside_tmp && place.directory.startsWith('/tmp/'))(c.name, async () => {
        judge(c.name, await runAlone(c, place));
      });
  });

  afterAll(() => {
    if (target !== undefined && process.env.EVASIONS_WRITE !== undefined)
      keepResult(target, all, outcomeOf);
  });
});

describe.skipIf(wanted !== undefined || noTargets !== undefined)(
  `a sample for other systems ${noTargets ?? ''}`,
  () => {
    test.each(sampledTargets)('rule 4.25: on %s', async (target) => {
      const place: Place = { directory: join(directory, 'sample', target), target };
      const cases = chosenElsewhere(readCases(corpus, target));
      const outcomes = await runTogether(cases, 'sample', place, true);
      expect([...outcomes.values()].filter((fault) => fault !== undefined)).toEqual([]);
    });
  },
);
