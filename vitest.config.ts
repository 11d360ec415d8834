import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What looks at times, signals or a terminal: beside builds it would be slow, and seem wrong. */
const alone = [
  'test/ui/**/*.test.ts',
  'test/build/interrupt.test.ts',
  'test/commands/timing.test.ts',
  'test/inputs/interruption.test.ts',
  'test/inputs/terminal.test.ts',
  'test/programs/signals.test.ts',
];

/** On a real crate with 95 packages, for a minute each: `npm run real` has them. */
const long =
  process.env.REAL === 'all' ? [] : ['test/long/real/ui.test.ts', 'test/long/real/systems.test.ts'];

/** The files that take longest begin first: else all wait for the last of them. */
const longest = [
  'test/evasions/evasions.test.ts',
  'test/long/real/crates.test.ts',
  'test/diff/diff.test.ts',
  'test/diff/hostile.test.ts',
  'test/long/faults/sample.test.ts',
  'test/commands/accept.test.ts',
  'test/build/kept.test.ts',
  'test/long/mutations/sample.test.ts',
  'test/sandbox/inside.test.ts',
  'test/build/layouts.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((path) => moduleId.endsWith(path));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 240_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'beside',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...long],
          // A check of a small workspace waits for one process after another: three files at a time keep two cores busy.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
