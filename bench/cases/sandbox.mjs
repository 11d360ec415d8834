/** What a sandbox costs: a cold check in each kind against one without. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coldCache, empty, ourCheck, targetOf, unitsIn } from '../inputs.mjs';
import { bench, cackle } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */

export const names = ['sandbox'];

const kinds = /** @type {const} */ (['Disabled', 'Bubblewrap', 'Landlock']);

/** @param {Context} context @returns {Promise<Row[]>} */
export async function measure(context) {
  const working = await workingKinds(context);
  /** @type {Row[]} */
  const rows = [];
  for (const input of context.inputs) {
    const target = targetOf(input, 'sandbox');
    /** @type {Map<string, string[]>} */
    const units = new Map();
    const side = (/** @type {string} */ kind) => ({
      name: kind,
      measure: async () => {
        empty(target);
        context.tell(`sandbox: ${input.name}, ${kind}`);
        const env = await coldCache();
        if (existsSync(launchers))
          cpSync(launchers, join(env.XDG_CACHE_HOME ?? '', 'cackle', 'launcher'), {
            recursive: true,
          });
        const measured = await run(ourCheck(input, target, { env, config: configOf(input, kind) }));
        units.set(kind, unitsIn(target));
        return measured;
      },
    });
    const results = await alternate(working.map(side), context.rounds(5));
    const of = (/** @type {string} */ kind, /** @type {'seconds' | 'cpu'} */ what) =>
      (results.get(kind) ?? []).map((one) => one[what]);
    if (new Set([...units.values()].map((list) => list.join('\n'))).size > 1)
      throw new Error(`the kinds built different units: ${input.name}`);
    const number = units.get('Disabled')?.length ?? 1;
    for (const kind of working.slice(1)) {
      const [a, b] = [of(kind, 'seconds'), of('Disabled', 'seconds')];
      const common = { name: `sandbox: ${kind} ÷ none`, input: input.name };
      const each =
        ((spread(of(kind, 'cpu')).median - spread(of('Disabled', 'cpu')).median) / number) * 1000;
      rows.push({
        ...{ ...common, unit: 's', ours: spread(a), other: spread(b), value: ratio(a, b) },
        note: `${number} units; ${each.toFixed(1)} ms of processor time each`,
      });
    }
    if (working.length === kinds.length) {
      const [a, b] = [of('Landlock', 'seconds'), of('Bubblewrap', 'seconds')];
      const common = { name: 'sandbox: Landlock ÷ Bubblewrap', input: input.name };
      rows.push({ ...common, unit: 's', ours: spread(a), other: spread(b), value: ratio(a, b) });
    }
  }
  return rows;
}

/** Holds the launcher, which is compiled once for a machine. */
const launchers = join(bench, 'caches', 'launcher', 'cackle', 'launcher');

/** What works here, as `cackle doctor` finds. @param {Context} context */
async function workingKinds(context) {
  const told = await run({
    program: process.execPath,
    args: [cackle, 'doctor', '--path', '/', '--output-format', 'json'],
    cwd: '/',
    env: { XDG_CACHE_HOME: join(bench, 'caches', 'launcher') },
    statuses: [0, 1],
  });
  /** @type {{ findings: { name: string, state: string }[] }} */
  const { findings } = JSON.parse(told.stdout);
  const isBroken = (/** @type {string} */ kind) =>
    findings.some(({ name, state }) => name === kind && state === 'broken');
  for (const kind of kinds.filter(isBroken)) context.tell(`left out: ${kind} does not work here`);
  return kinds.filter((kind) => !isBroken(kind));
}

/** A copy of the configuration with another kind of sandbox. @param {Input} input @param {string} kind */
function configOf(input, kind) {
  const file = join(bench, 'inputs', `${input.name}-${kind}.toml`);
  const text = readFileSync(input.config, 'utf8');
  const changed = text.replace(/^kind = "\w+"$/m, `kind = "${kind}"`);
  if (changed === text && kind !== 'Disabled')
    throw new Error(`${input.config} chooses no sandbox`);
  writeFileSync(file, changed);
  return file;
}
