/** What further worker threads bring, as `cackle bench` measures it. */
import { coldCache, ourCheck, targetOf } from '../inputs.mjs';
import { cackle } from '../places.mjs';
import { run } from '../process.mjs';
import { ratio, spread } from '../rounds.mjs';

export const names = ['workers'];

/** @param {import('../context.mjs').Context} context @returns {Promise<import('../report.mjs').Row[]>} */
export async function measure(context) {
  const input = context.inputs.at(-1);
  if (input === undefined) throw new Error('there is no input');
  const target = targetOf(input, 'ours');
  context.tell(`workers: ${input.name}`);
  const env = await coldCache();
  await run(ourCheck(input, target, { env }));
  const workers = context.quick ? [1, 2] : [1, 2, 4, 8];
  /** @type {{ workers: number, extraction: { megabytesPerSecond: number }, judgement: { outputsPerSecond: number } }[][]} */
  const rounds = [];
  for (let round = 0; round < context.rounds(3); round++) {
    const args = ['bench', '--json', '--path', input.path, '--cackle-path', input.config];
    const result = await run({
      program: process.execPath,
      args: [cackle, ...args, '--workers', workers.join(',')],
      cwd: input.path,
      env: { CARGO_TARGET_DIR: target, ...env },
    });
    rounds.push(JSON.parse(result.stdout).runs);
  }
  const extraction = (/** @type {number} */ i) =>
    rounds.map((runs) => runs[i]?.extraction.megabytesPerSecond ?? 0);
  const judgement = (/** @type {number} */ i) =>
    rounds.map((runs) => runs[i]?.judgement.outputsPerSecond ?? 0);
  for (const [name, unit, values] of /** @type {const} */ ([
    ['extraction', 'MB/s', extraction],
    ['judgement', 'outputs/s', judgement],
  ]))
    context.plot({
      name: `workers-${name}`,
      title: `${name} by number of workers`,
      x: 'workers',
      y: unit,
      points: workers.map((x, i) => ({ x, y: spread(values(i)).median, line: input.name })),
    });
  return [
    {
      name: 'workers: extraction, two ÷ one',
      input: input.name,
      unit: 'MB/s',
      ours: spread(extraction(1)),
      other: spread(extraction(0)),
      value: ratio(extraction(1), extraction(0)),
      goal: { atLeast: 1.8 },
    },
    {
      name: 'workers: join and judgement, two ÷ one',
      input: input.name,
      unit: 'outputs/s',
      ours: spread(judgement(1)),
      other: spread(judgement(0)),
      value: ratio(judgement(1), judgement(0)),
    },
  ];
}
