/** How our time and memory grow with the size of a workspace, on workspaces that are made for it. */
import { join } from 'node:path';
import { generate } from '../../tools/synthetic/generate.mjs';
import { coldCache, empty, ourCheck, plainBuild, targetOf } from '../inputs.mjs';
import { bench } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';
import { sameUnits } from './cold.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */

export const names = ['many-outputs', 'outputs', 'growth', 'memory-growth'];

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  const rows = [];
  if (chosen.includes('many-outputs')) rows.push(await manyOutputs(context));
  if (chosen.includes('outputs')) rows.push(...(await outputs(context)));
  if (chosen.includes('growth') || chosen.includes('memory-growth'))
    rows.push(...(await growth(context, chosen)));
  return rows;
}

/** @param {string} name @param {Partial<import('../../tools/synthetic/generate.mjs').Knobs>} knobs @returns {Input} */
function synthetic(name, knobs) {
  const path = join(bench, 'inputs', 'synthetic', name);
  generate(path, knobs);
  return { name, path, config: join(path, 'cackle.toml') };
}

/** Nothing is linked that nobody runs. @param {Context} context @returns {Promise<Row>} */
async function manyOutputs(context) {
  const input = synthetic('many-outputs', {
    packages: 20,
    outputs: context.quick ? 6 : 66,
    depth: 4,
  });
  const [ours, plain] = [targetOf(input, 'ours'), targetOf(input, 'plain')];
  const results = await alternate(
    [
      {
        name: 'ours',
        measure: async () => {
          context.tell('many-outputs: ours');
          empty(ours);
          return run(ourCheck(input, ours, { env: await coldCache() }));
        },
      },
      {
        name: 'plain',
        measure: async () => {
          context.tell('many-outputs: plain');
          empty(plain);
          return run(await plainBuild(input, plain, 'cackle'));
        },
      },
    ],
    context.rounds(3),
  );
  sameUnits(ours, plain);
  const seconds = (/** @type {string} */ side) =>
    (results.get(side) ?? []).map((result) => result.seconds);
  return {
    name: 'many-outputs: cold check ÷ plain build',
    input: `${context.quick ? 6 : 66} programs`,
    unit: 's',
    ours: spread(seconds('ours')),
    other: spread(seconds('plain')),
    value: ratio(seconds('ours'), seconds('plain')),
    goal: { atMost: 0.85 },
  };
}

/**
 * A cold and some second checks of a workspace: processor seconds of our own process, its memory, and wall clock.
 * @param {Context} context @param {Input} input @param {boolean} watched take the memory
 */
async function sizes(context, input, watched) {
  const [ours, plain] = [targetOf(input, 'ours'), targetOf(input, 'plain')];
  context.tell(`${input.name}: cold`);
  empty(ours);
  const env = await coldCache();
  const cold = await run({
    ...ourCheck(input, ours, { env }),
    ...(watched ? { sample: ['node', 'cackle-shim'] } : {}),
  });
  const { counts, timing } = JSON.parse(cold.stdout);
  context.tell(`${input.name}: second`);
  await run(await plainBuild(input, plain, 'cackle'));
  const results = await alternate(
    [
      {
        name: 'ours',
        measure: async () => {
          const result = await run(ourCheck(input, ours, { env }));
          const again = JSON.parse(result.stdout).counts;
          if (again.unitsBuilt + again.objectsExtracted > 0)
            throw new Error(`a second check of ${input.name} built or read something`);
          return result.seconds;
        },
      },
      {
        name: 'plain',
        measure: async () => (await run(await plainBuild(input, plain, 'cackle'))).seconds,
      },
    ],
    context.rounds(3),
  );
  // A thousand packages take room.
  for (const target of [ours, plain]) empty(target);
  return {
    processor: timing.processor,
    outputs: counts.outputs,
    packages: counts.packages,
    peak: cold.peak,
    second: spread(results.get('ours') ?? []).median,
    noop: spread(results.get('plain') ?? []).median,
  };
}

/** @param {Context} context @returns {Promise<Row[]>} */
async function outputs(context) {
  const counts = context.quick ? [2, 4] : [10, 50, 100, 200];
  const measured = [];
  for (const count of counts) {
    const input = synthetic('outputs', { packages: 30, outputs: count, depth: 4 });
    measured.push(await sizes(context, input, false));
  }
  const points = measured.flatMap(({ outputs: x, processor, second }) => [
    { x, y: processor, line: 'cold, our processor time' },
    { x, y: second, line: 'second check' },
  ]);
  context.plot({
    name: 'outputs',
    title: 'A workspace with more and more programs',
    x: 'outputs',
    y: 'seconds',
    points,
  });
  const each = between(measured, 'processor');
  const again = between(measured, 'second');
  return [
    {
      name: 'outputs: each further one, cold, our processor time',
      input: `${counts[0]} → ${counts.at(-1)}`,
      value: spread(each),
      valueUnit: 'ms',
      goal: { atMost: 10 },
      note: 'range: between neighbouring sizes',
    },
    {
      name: 'outputs: each further one, second check',
      input: `${counts[0]} → ${counts.at(-1)}`,
      value: spread(again),
      valueUnit: 'ms',
      goal: { atMost: 10 },
    },
  ];
}

/** Milliseconds for each further output, between neighbouring sizes.
 * @param {readonly Awaited<ReturnType<typeof sizes>>[]} measured @param {'processor' | 'second'} what */
function between(measured, what) {
  return measured.slice(1).map((size, i) => {
    const before = measured[i];
    return before === undefined
      ? 0
      : ((size[what] - before[what]) / (size.outputs - before.outputs)) * 1000;
  });
}

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
async function growth(context, chosen) {
  const counts = context.quick ? [8, 16] : [125, 250, 500, 1000];
  const measured = [];
  for (const count of counts) {
    const input = synthetic('growth', {
      packages: count,
      outputs: Math.ceil(count / 50),
      depth: context.quick ? 3 : 12,
      buildScripts: Math.floor(count / 50),
      procMacros: Math.ceil(count / 100),
    });
    measured.push(await sizes(context, input, true));
  }
  const [least, most] = [measured[0], measured.at(-1)];
  if (least === undefined || most === undefined) throw new Error('nothing was measured');
  context.plot({
    name: 'growth',
    title: 'A workspace with more and more packages',
    x: 'packages',
    y: 'seconds',
    points: measured.flatMap(({ packages: x, processor, second, noop }) => [
      { x, y: processor, line: 'cold, our processor time' },
      { x, y: second, line: 'second check' },
      { x, y: noop, line: 'cargo, nothing to do' },
    ]),
  });
  context.plot({
    name: 'memory',
    title: 'Peak RSS of a cold check',
    x: 'packages',
    y: 'MB',
    points: measured.map(({ packages: x, peak }) => ({ x, y: peak ?? 0, line: 'our processes' })),
  });
  const input = `${least.packages} → ${most.packages} packages`;
  const factor = most.packages / least.packages;
  /** @type {Row[]} */
  const rows = [];
  if (chosen.includes('growth')) {
    rows.push(
      {
        name: 'growth: our processor time, cold, by package',
        input,
        unit: 's',
        ours: spread([most.processor]),
        other: spread([least.processor]),
        value: spread([most.processor / least.processor / factor]),
        goal: { atMost: 1 },
      },
      {
        name: 'growth: second check, by package',
        input,
        unit: 's',
        ours: spread([most.second]),
        other: spread([least.second]),
        value: spread([most.second / least.second / factor]),
        goal: { atMost: 1 },
      },
    );
  }
  if (chosen.includes('memory-growth'))
    rows.push({
      name: 'memory: peak RSS',
      input: `${most.packages} packages`,
      value: spread([most.peak ?? 0]),
      valueUnit: 'MB',
      goal: { atMost: 1000 },
    });
  return rows;
}
