import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../engine/paths.ts';
import { sandboxFaults } from '../../../engine/sandbox/choice.ts';
import { run } from '../../support/cackle.ts';
import { whole } from '../../support/whole.ts';
import type { Kind } from './faults.mjs';
import { strike } from './strike.mjs';

// Rule 10.6: whatever strikes a check, it says so or is right, and so is the next one. A sample: what kills, what damages, and checks at once;
// `node test/long/faults/run.mjs` strikes at random for as long as wanted.

test('a check that is killed, meets damage or runs beside others, and the one after it', async () => {
  const kinds: Kind[] = [
    'all killed',
    'one of its processes killed',
    'store cut',
    'checks at once',
  ];
  const steps = await strike({
    directory: join(packageRoot(), 'target', 'faults', 'sample'),
    program: join(packageRoot(), 'dist', 'cli.js'),
    place: 'a usual disk',
    kinds,
    count: kinds.length,
    seed: 4,
  });
  expect(steps.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
  expect(steps.map(({ kind }) => kind)).toEqual(kinds);
  // Checks that nothing struck would be right, too.
  expect(steps.flatMap(({ struck }) => struck).filter((status) => status === null)).not.toEqual([]);
}, 600_000);

test('a disk that is full, and one without hard links', async (context) => {
  if ((await sandboxFaults(undefined)).bubblewrapFault !== undefined) context.skip();
  const ran = await run(process.execPath, [
    join(packageRoot(), 'test', 'long', 'faults', 'run.mjs'),
    ...['--seed', '3', '--count', whole ? '20' : '8'],
    ...['--place', 'a small disk', '--place', 'no hard links'],
  ]);
  expect(ran.stdout).toContain(`${whole ? 5 : 2} steps, 0 wrong`);
  expect(ran.status).toBe(0);
}, 600_000);
