import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../engine/paths.ts';
import { walk } from './walk.mjs';

// Rule 10.1: one change at a time, and the incremental answer is that of a check from clean. A
// sample with one of each sort; `node test/long/mutations/run.mjs` walks at random for as long as wanted.

test('eight changes, each answered as from clean', async () => {
  const steps = await walk({
    directory: join(packageRoot(), 'target', 'mutations', 'sample'),
    count: 8,
    seed: 5,
    kinds: [
      'libraryUse',
      'store damaged',
      'syntax',
      // In its turn the next one mends.
      'mended',
      'two at once',
      'killed',
      'mtime put back',
      'procMacro',
    ],
  });
  expect(steps.filter(({ difference }) => difference !== undefined)).toEqual([]);
  // A walk that stands still, or fails all along, would find no difference either.
  expect(steps.filter(({ unitsBuilt }) => unitsBuilt > 0).length).toBeGreaterThan(4);
  expect(steps.filter(({ status }) => status === 0).length).toBeGreaterThan(5);
  expect(steps.filter(({ status }) => status === 2).map(({ kind }) => kind)).toEqual(['syntax']);
  expect(steps.at(-1)).toMatchObject({ kind: 'procMacro', status: 1, rule: 'held' });
}, 600_000);
