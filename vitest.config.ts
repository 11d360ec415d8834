import { defineConfig } from 'vitest/config';

/** What looks at times, signals or a terminal, or keeps all cores busy by itself: beside others it would be slow, and seem wrong. */
const alone = [
  'test/long/real/**/*.test.ts',
  'test/ui/**/*.test.ts',
  'test/build/interrupt.test.ts',
  'test/commands/timing.test.ts',
  'test/inputs/cache.test.ts',
  'test/inputs/interruption.test.ts',
  'test/inputs/terminal.test.ts',
];

/** On a real crate with 95 packages, for a minute: `npm run real` has it. */
const long = process.env.REAL === 'all' ? [] : ['test/long/real/ui.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'beside',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...long],
          // A check of a small workspace waits for one process after another: two files at a time keep two cores busy.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          exclude: long,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
