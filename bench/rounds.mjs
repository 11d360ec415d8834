/**
 * Takes things side by side: each round runs every side once, in turn, so that a machine that grows slower or faster
 * does so for all of them. (Benchmark libraries such as tinybench time functions of this process, not processes that need
 * an empty directory before each run, so this part is our own.)
 */

/**
 * @template T
 * @typedef {object} Side
 * @property {string} name
 * @property {(round: number) => Promise<T>} measure
 * @property {number} [rounds] takes part in the first rounds only
 */

/** Runs each side `rounds` times, alternating; the order turns by one each round, so that none is always first.
 * @template T @param {readonly Side<T>[]} sides @param {number} rounds
 * @returns {Promise<Map<string, T[]>>} results by side, in rounds */
export async function alternate(sides, rounds) {
  /** @type {Map<string, T[]>} */
  const results = new Map(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const turn = round % sides.length;
    for (const side of [...sides.slice(turn), ...sides.slice(0, turn)]) {
      if (round >= (side.rounds ?? rounds)) continue;
      const result = await side.measure(round);
      results.get(side.name)?.push(result);
    }
  }
  return results;
}

/** @typedef {{ median: number, min: number, max: number }} Spread */

/** NaN where there are no values. @param {readonly number[]} values @returns {Spread} */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted.at(index) ?? Number.NaN;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(-1) };
}

/** The medians' ratio, with the least and the greatest ratio of one round.
 * @param {readonly number[]} ours @param {readonly number[]} theirs @returns {Spread} */
export function ratio(ours, theirs) {
  const rounds = Math.min(ours.length, theirs.length);
  const each = spread(
    ours.slice(0, rounds).map((value, round) => value / (theirs[round] ?? Number.NaN)),
  );
  return { ...each, median: spread(ours).median / spread(theirs).median };
}
