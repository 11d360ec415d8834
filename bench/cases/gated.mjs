/** What it costs to have cargo behind the gates: `cackle cargo check` against `cargo check`, cold and with nothing to do. */

import { coldCache, empty, targetOf } from '../inputs.mjs';
import { cackle } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */
/** @typedef {import('../process.mjs').Run} Run */

export const names = ['cargo-cold', 'cargo-fresh'];

/** Most of the time of a check with nothing to do that is ours, in seconds. */
const FRESH = 0.15;

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  /** @type {Row[]} */
  const rows = [];
  for (const input of context.inputs) {
    const [ours, plain] = [targetOf(input, 'gated'), targetOf(input, 'gated-plain')];
    const sides = (/** @type {boolean} */ isCold) => [
      {
        name: 'ours',
        measure: async () => {
          if (isCold) empty(ours);
          return run(gated(input, ours, isCold ? await coldCache() : {}));
        },
      },
      {
        name: 'cargo',
        measure: async () => {
          if (isCold) empty(plain);
          return run(alone(input, plain));
        },
      },
    ];
    if (chosen.includes('cargo-cold')) {
      context.tell(`cargo-cold: ${input.name}`);
      const results = await alternate(sides(true), context.rounds(3));
      rows.push(row('cargo-cold', input, results, { atMost: 1.05 }));
    }
    if (!chosen.includes('cargo-fresh')) continue;
    context.tell(`cargo-fresh: ${input.name}`);
    await run(gated(input, ours, {}));
    await run(alone(input, plain));
    const results = await alternate(sides(false), context.rounds(10));
    const [a, b] = ['ours', 'cargo'].map((side) => spread(seconds(results.get(side) ?? [])));
    // A goal in seconds more, as the ratio that it comes to here.
    const most = ((b?.median ?? Number.NaN) + FRESH) / (b?.median ?? Number.NaN);
    const more = ((a?.median ?? Number.NaN) - (b?.median ?? Number.NaN)).toFixed(2);
    rows.push({ ...row('cargo-fresh', input, results, { atMost: most }), note: `${more} s more` });
  }
  return rows;
}

/** @param {string} name @param {Input} input @param {Map<string, Run[]>} results @param {Row['goal']} goal @returns {Row} */
function row(name, input, results, goal) {
  const [ours, theirs] = [results.get('ours') ?? [], results.get('cargo') ?? []];
  const cpu = (/** @type {readonly Run[]} */ runs) => runs.map((result) => result.cpu);
  return {
    name: `${name}: cackle cargo check ÷ cargo check`,
    input: input.name,
    unit: 's',
    ours: spread(seconds(ours)),
    other: spread(seconds(theirs)),
    value: ratio(seconds(ours), seconds(theirs)),
    ...(goal === undefined ? {} : { goal }),
    note: `processor time × ${ratio(cpu(ours), cpu(theirs)).median.toFixed(2)}`,
  };
}

/** @param {readonly Run[]} runs */
const seconds = (runs) => runs.map((result) => result.seconds);

/** @param {Input} input @param {string} target @param {Record<string, string>} env @returns {import('../process.mjs').Program} */
function gated(input, target, env) {
  return {
    program: process.execPath,
    args: [cackle, '--cackle-path', input.config, 'cargo', 'check', '--all-targets'],
    cwd: input.path,
    env: { CARGO_TARGET_DIR: target, ...env },
  };
}

/** @param {Input} input @param {string} target @returns {import('../process.mjs').Program} */
function alone({ path }, target) {
  return {
    program: 'cargo',
    args: ['check', '--all-targets'],
    cwd: path,
    env: { CARGO_TARGET_DIR: target },
  };
}
