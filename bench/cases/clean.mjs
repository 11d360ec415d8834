/** A check after `cargo clean`: everything is compiled again, and facts come from the user's cache. */
import { coldCache, empty, ourCheck, plainBuild, targetOf } from '../inputs.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

export const names = ['cleaned'];

/** @param {import('../context.mjs').Context} context @returns {Promise<import('../report.mjs').Row[]>} */
export async function measure(context) {
  /** @type {import('../report.mjs').Row[]} */
  const rows = [];
  for (const input of context.inputs) {
    const [ours, plain] = [targetOf(input, 'ours'), targetOf(input, 'plain')];
    context.tell(`cleaned: ${input.name}`);
    const env = await coldCache();
    const check = ourCheck(input, ours, { env });
    empty(ours);
    await run(check);
    /** @type {number[]} */
    const extracted = [];
    const results = await alternate(
      [
        {
          name: 'ours',
          measure: async () => {
            empty(ours);
            const result = await run(check);
            const { objectsExtracted, objectsFromCache } = JSON.parse(result.stdout).counts;
            if (!(objectsFromCache > 0)) throw new Error(`${input.name}: the cache was not used`);
            extracted.push(objectsExtracted);
            return result.seconds;
          },
        },
        {
          name: 'plain',
          measure: async () => {
            empty(plain);
            return (await run(await plainBuild(input, plain, 'cackle'))).seconds;
          },
        },
      ],
      context.rounds(2),
    );
    const [a, b] = [results.get('ours') ?? [], results.get('plain') ?? []];
    rows.push(
      {
        name: 'cleaned: objects extracted again',
        input: input.name,
        value: spread(extracted),
        valueUnit: 'objects',
        goal: { atMost: 0 },
      },
      {
        name: 'cleaned: check ÷ plain build',
        input: input.name,
        unit: 's',
        ours: spread(a),
        other: spread(b),
        value: ratio(a, b),
      },
    );
  }
  return rows;
}
