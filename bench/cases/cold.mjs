/** The first check of a package against what cargo alone takes, and the same for the original. */
import {
  coldCache,
  empty,
  openForOriginal,
  originalCheck,
  ourCheck,
  plainBuild,
  targetOf,
  unitsIn,
} from '../inputs.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../report.mjs').Row} Row */
/** @typedef {import('../process.mjs').Run} Run */

export const names = ['cold', 'cold-debug', 'cold-dev', 'cold-original'];

/** Rounds in which the slow sides take part that only have to be known roughly. */
const FEW = 2;

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  /** @type {Row[]} */
  const rows = [];
  for (const input of context.inputs) {
    const side = async (
      /** @type {string} */ name,
      /** @type {(target: string) => Promise<import('../process.mjs').Program>} */ program,
      /** @type {number | undefined} */ rounds,
    ) => ({
      name,
      ...(rounds === undefined ? {} : { rounds }),
      measure: async () => {
        const target = targetOf(input, name);
        empty(target);
        context.tell(`cold: ${input.name}, ${name}`);
        return run(await program(target));
      },
    });
    const sides = [await side('plain', (target) => plainBuild(input, target, 'cackle'), undefined)];
    if (chosen.some((name) => name !== 'cold-original'))
      sides.unshift(
        await side(
          'ours',
          async (target) => ourCheck(input, target, { env: await coldCache() }),
          undefined,
        ),
      );
    if (chosen.includes('cold-debug'))
      sides.push(await side('debug', (target) => plainBuild(input, target, 'debug'), FEW));
    if (chosen.includes('cold-dev'))
      sides.push(await side('dev', (target) => plainBuild(input, target, 'dev'), FEW));
    const original = chosen.includes('cold-original') ? context.original() : undefined;
    if (original !== undefined) {
      const path = openForOriginal(input.name, original, context.compiler);
      const check = async (/** @type {string} */ target) => originalCheck(original, path, target);
      sides.push(await side('original', check, FEW));
    }
    const results = await alternate(sides, context.rounds(3));
    const row = (
      /** @type {string} */ name,
      /** @type {string} */ one,
      /** @type {string} */ other,
      /** @type {Row['goal']} */ goal,
    ) => {
      const [ours, theirs] = [results.get(one), results.get(other)];
      if (ours === undefined || theirs === undefined || !chosen.includes(name)) return;
      const seconds = (/** @type {Run} */ r) => r.seconds;
      const cpu = (/** @type {Run} */ r) => r.cpu;
      const cpuRatio = ratio(ours.map(cpu), theirs.map(cpu)).median;
      rows.push({
        name: `${name}: ${one} ÷ ${other}`,
        input: input.name,
        unit: 's',
        ours: spread(ours.map(seconds)),
        other: spread(theirs.map(seconds)),
        value: ratio(ours.map(seconds), theirs.map(seconds)),
        ...(goal === undefined ? {} : { goal }),
        note: `processor time × ${cpuRatio.toFixed(2)}`,
      });
    };
    if (results.has('ours')) sameUnits(targetOf(input, 'ours'), targetOf(input, 'plain'));
    row('cold', 'ours', 'plain', { atMost: 1.05 });
    row('cold-debug', 'ours', 'debug', undefined);
    row('cold-dev', 'ours', 'dev', { atMost: 1.1 });
    row('cold-original', 'original', 'plain', undefined);
  }
  const cold = rows
    .filter(({ name }) => name.startsWith('cold: '))
    .map(({ value }) => value.median);
  if (cold.length > 1)
    rows.push({
      name: 'cold: ours ÷ plain, over the inputs',
      input: 'median',
      value: spread(cold),
      goal: { atMost: 1 },
    });
  return rows;
}

/** A ratio says nothing unless both sides built the same. @param {string} ours @param {string} plain */
export function sameUnits(ours, plain) {
  const [one, other] = [unitsIn(ours), unitsIn(plain)];
  const missing = other.filter((unit) => !one.includes(unit));
  const more = one.filter((unit) => !other.includes(unit));
  if (missing.length + more.length > 0 || one.length !== other.length || one.length === 0) {
    throw new Error(
      `${ours} and ${plain} hold other units: ${one.length} and ${other.length}; only cargo has ` +
        `[${missing.join(', ')}], only ours [${more.join(', ')}]`,
    );
  }
}
