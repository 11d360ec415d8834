/** Time and memory for inputs that are made to cost more than their size: twice the input, twice the time. */
import { join } from 'node:path';
import { importEngine } from '../inputs.mjs';
import { repository } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

export const names = ['bombs'];

/** @typedef {{ milliseconds: number, megabytes: number, bytes: number }} Taken what bench/bombs.mjs prints */

/** Kinds of bench/bombs.mjs, and how large the smaller one is: large enough that the start of a process is little of it. */
const SIZES = {
  symbols: 100_000,
  'deep-types': 400_000,
  'giant-name': 32_000_000,
  compressed: 128_000_000,
  macros: 20_000,
  'nested-calls': 200_000,
  conditions: 60_000,
  'dep-info': 200_000,
  instructions: 200_000,
  'response-file': 300_000,
};

/** @param {import('../context.mjs').Context} context @returns {Promise<import('../report.mjs').Row[]>} */
export async function measure(context) {
  const parts = ['parsers/file-input', 'parsers/parsers', 'workspace/dep-info'];
  for (const part of [...parts, 'judge/build-instructions', 'build/response-file'])
    await importEngine(`engine/${part}.ts`);
  const script = join(repository, 'bench', 'bombs.mjs');
  /** @type {import('../report.mjs').Row[]} */
  const rows = [];
  for (const [kind, size] of Object.entries(SIZES)) {
    context.tell(`bombs: ${kind}`);
    const small = context.quick ? size / 4 : size;
    const take =
      (/** @type {number} */ n) =>
      /** @returns {Promise<Taken>} */
      async () =>
        JSON.parse(
          (await run({ program: process.execPath, args: [script, kind, `${n}`], cwd: repository }))
            .stdout,
        );
    const results = await alternate(
      [
        { name: 'twice', measure: take(2 * small) },
        { name: 'once', measure: take(small) },
      ],
      context.rounds(5),
    );
    const [twice, once] = [results.get('twice') ?? [], results.get('once') ?? []];
    const times = (/** @type {readonly Taken[]} */ side) =>
      side.map(({ milliseconds }) => milliseconds);
    const memory = (/** @type {readonly Taken[]} */ side) =>
      Math.round(Math.max(...side.map(({ megabytes }) => megabytes)));
    const input = `${((twice[0]?.bytes ?? 0) / 1e6).toFixed(1)} MB and half of it`;
    rows.push({
      name: `bombs: ${kind}, time of twice the input ÷ once`,
      input,
      unit: 'ms',
      ours: spread(times(twice)),
      other: spread(times(once)),
      value: ratio(times(twice), times(once)),
      goal: { atMost: 3 },
      note: `${memory(twice)} MB of memory and ${memory(once)} MB`,
    });
  }
  return rows;
}
