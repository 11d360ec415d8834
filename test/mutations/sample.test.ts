import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { walk } from './walk.mjs';

// Issue "Fast", correct under speed: one change at a time, and the incremental answer is that of a check from clean. A
// sample with one of each sort; `node test/mutations/run.mjs` walks at random for as long as wanted.

test('ten changes, each answered as from clean', async () => {
  const steps = await walk({
    directory: join(packageRoot(), 'target', 'mutations', 'sample'),
    count: 10,
    seed: 5,
    kinds: [
      'libraryUse',
      'included',
      'touched',
      'rustFlags',
      'configFeature',
      'allowed',
      'envVariable',
      'lock',
      'mtime put back',
      'output damaged',
    ],
  });
  expect(steps.filter(({ difference }) => difference !== undefined)).toEqual([]);
  // A walk that stands still would find no difference either.
  expect(steps.filter(({ built }) => built).length).toBeGreaterThan(4);
  expect(steps.filter(({ status }) => status === 2)).toEqual([]);
}, 600_000);
