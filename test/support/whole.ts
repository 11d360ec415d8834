import { test } from 'vitest';

/** Does this run take all tests (`npm run whole`)? `npm test` takes a fixed sample of those that say the same of many things. */
export const whole = process.env.SUITE === 'whole';

/** A test that only {@link whole} runs: what it guards, a neighbour in the sample guards in another way. */
export const wholeTest = test.runIf(whole);

/** Returns the rows of a table that this run takes: all, or the first of every few, such that each table keeps one. */
export function sampled<T>(rows: readonly T[], every = 3): T[] {
  return rows.filter((_, i) => whole || i % every === 0);
}
