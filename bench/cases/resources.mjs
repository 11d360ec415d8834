/** The most memory that a cold check takes at one moment, ours and the original's, and the size of the facts it keeps. */
import {
  coldCache,
  empty,
  openForOriginal,
  originalCheck,
  ourCheck,
  targetOf,
} from '../inputs.mjs';
import { run } from '../process.mjs';
import { spread } from '../rounds.mjs';

/** @typedef {import('../report.mjs').Row} Row */

export const names = ['memory', 'facts', 'memory-original'];

/** @param {import('../context.mjs').Context} context @param {readonly string[]} chosen
 * @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  /** @type {Row[]} */
  const rows = [];
  for (const { name, ...input } of context.inputs) {
    if (chosen.includes('memory') || chosen.includes('facts')) {
      context.tell(`memory, facts: ${name}`);
      const target = targetOf({ name, ...input }, 'ours');
      empty(target);
      const check = ourCheck({ name, ...input }, target, { env: await coldCache() });
      const result = await run({ ...check, sample: ['node', 'cackle-shim'] });
      if (chosen.includes('memory'))
        rows.push({ ...peak('memory', name, result), goal: { atMost: 350 } });
      if (chosen.includes('facts')) rows.push(factsRow(name, result));
    }
    const original = chosen.includes('memory-original') ? context.original() : undefined;
    if (original !== undefined) {
      const path = openForOriginal(name, original, context.compiler);
      context.tell(`memory-original: ${name}`);
      const target = targetOf({ name, ...input }, 'original');
      empty(target);
      const check = originalCheck(original, path, target);
      rows.push(peak('memory-original', name, await run({ ...check, sample: ['cargo-acl'] })));
    }
  }
  return rows;
}

/** @param {string} name @param {string} input @param {import('../process.mjs').Run} result @returns {Row} */
function peak(name, input, result) {
  if (!result.peak) throw new Error(`${name}, ${input}: none of the processes was seen`);
  return { name: `${name}: peak RSS`, input, value: spread([result.peak]), valueUnit: 'MB' };
}

/** @param {string} input @param {import('../process.mjs').Run} result @returns {Row} */
function factsRow(input, result) {
  const { bytesExtracted, factsBytes } = JSON.parse(result.stdout).counts;
  if (!(bytesExtracted > 0 && factsBytes > 0)) throw new Error(`${input}: nothing was extracted`);
  const one = (/** @type {number} */ bytes) => spread([bytes / 1e6]);
  return {
    name: 'facts ÷ what they were read from',
    input,
    unit: 'MB',
    ours: one(factsBytes),
    other: one(bytesExtracted),
    value: spread([factsBytes / bytesExtracted]),
    goal: { atMost: 0.08 },
  };
}
