/** What a check costs when little or nothing changed: cargo's own no-op or small build is the measure. */
import { otherConfig, ourCheck, plainBuild, targetOf, touchRoot } from '../inputs.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */

export const names = ['second', 'changed', 'touched'];

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  /** @type {Row[]} */
  const rows = [];
  for (const input of context.inputs) {
    const [ours, plain] = [targetOf(input, 'ours'), targetOf(input, 'plain')];
    const cargo = await plainBuild(input, plain, 'cackle');
    const check = ourCheck(input, ours);
    context.tell(`second, changed, touched: ${input.name}`);
    // Both up to date, whatever an earlier case left.
    await run(cargo);
    await run(check);
    const one = (
      /** @type {string} */ name,
      /** @type {Awaited<ReturnType<typeof sides>>} */ results,
      /** @type {string} */ other,
      /** @type {string} */ label,
      /** @type {number} */ atMost,
    ) => {
      if (!chosen.includes(name)) return;
      const [a, b] = [results.get('one') ?? [], results.get('other') ?? []];
      rows.push({
        name: `${name}: ${label} ÷ ${other}`,
        input: input.name,
        unit: 's',
        ours: spread(a),
        other: spread(b),
        value: ratio(a, b),
        goal: { atMost },
      });
    };
    const rounds = context.rounds(5);
    if (chosen.includes('second')) {
      const results = await sides(
        rounds,
        () => checked(check, 0),
        async () => seconds(await run(cargo)),
      );
      one('second', results, 'no-op build', 'nothing changed', 6);
    }
    if (chosen.includes('changed')) {
      const results = await sides(
        rounds,
        (round) =>
          checked(
            { ...ourCheck(input, ours, { config: otherConfig(input, round) }), statuses: [1] },
            0,
          ),
        () => checked(check, 0),
      );
      one('changed', results, 'nothing changed', 'cackle.toml changed', 1.5);
    }
    if (chosen.includes('touched')) {
      const results = await sides(
        context.rounds(3),
        () => {
          touchRoot(input);
          return checked(check, undefined);
        },
        async () => {
          touchRoot(input);
          return seconds(await run(cargo));
        },
      );
      one('touched', results, 'build', 'leaf crate touched', 1.1);
    }
  }
  return rows;
}

/** @param {number} rounds @param {(round: number) => Promise<number>} one @param {() => Promise<number>} other */
function sides(rounds, one, other) {
  return alternate(
    [
      { name: 'one', measure: one },
      { name: 'other', measure: other },
    ],
    rounds,
  );
}

/** Seconds of a check, which has built and extracted as much as it should.
 * @param {import('../process.mjs').Program} program @param {0 | undefined} work `undefined`: some */
async function checked(program, work) {
  const result = await run(program);
  const { unitsBuilt, objectsExtracted } = JSON.parse(result.stdout).counts;
  if (work === 0 ? unitsBuilt + objectsExtracted > 0 : unitsBuilt === 0) {
    throw new Error(`a check built ${unitsBuilt} units and read ${objectsExtracted} objects`);
  }
  return result.seconds;
}

/** @param {import('../process.mjs').Run} result */
const seconds = (result) => result.seconds;
