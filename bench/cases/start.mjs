/** How long our program takes until it can begin, against an empty program for Node. */
import { cackle, repository } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

export const names = ['start'];

/** @param {import('../context.mjs').Context} context @returns {Promise<import('../report.mjs').Row[]>} */
export async function measure(context) {
  context.tell('start');
  const node = (/** @type {string[]} */ args) => async () => {
    const result = await run({ program: process.execPath, args, cwd: repository });
    return result.seconds * 1000;
  };
  const results = await alternate(
    [
      { name: 'ours', measure: node([cackle, '--version']) },
      { name: 'node', measure: node(['-e', '0']) },
    ],
    context.rounds(20),
  );
  const [ours, other] = [results.get('ours') ?? [], results.get('node') ?? []];
  return [
    {
      name: 'start: cackle --version ÷ node -e 0',
      input: '',
      unit: 'ms',
      ours: spread(ours),
      other: spread(other),
      value: ratio(ours, other),
      goal: { atMost: 1.5 },
    },
  ];
}
