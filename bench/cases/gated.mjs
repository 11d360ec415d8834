/**
 * What it costs to judge no more than what runs while cargo builds: `cackle cargo check`, and a check with `gates_only`, each against
 * `cargo check`, cold and with nothing to do.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { coldCache, empty, targetOf } from '../inputs.mjs';
import { bench, cackle } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */
/** @typedef {import('../process.mjs').Run} Run */
/**
 * @typedef {object} Kind
 * @property {string} name before `-cold` and `-fresh`
 * @property {string} what
 * @property {(input: Input) => readonly string[]} args
 * @property {(cargo: number) => number} most what it may take with nothing to do, in seconds, by what cargo takes
 */

/** @type {readonly Kind[]} */
const kinds = [
  {
    name: 'cargo',
    what: 'cackle cargo check',
    args: ({ config }) => ['--cackle-path', config, 'cargo', 'check', '--all-targets'],
    most: (cargo) => cargo + 0.15,
  },
  {
    name: 'gates',
    what: 'cackle -n with gates_only',
    args: (input) => ['-n', '--quiet', '--cackle-path', gatesOnly(input)],
    most: () => 0.5,
  },
];

export const names = kinds.flatMap(({ name }) => [`${name}-cold`, `${name}-fresh`]);

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  /** @type {Row[]} */
  const rows = [];
  for (const input of context.inputs)
    for (const kind of kinds) rows.push(...(await measureKind(context, chosen, input, kind)));
  return rows;
}

/** @param {Context} context @param {readonly string[]} chosen @param {Input} input @param {Kind} kind @returns {Promise<Row[]>} */
async function measureKind(context, chosen, input, kind) {
  /** @type {Row[]} */
  const rows = [];
  const [cold, fresh] = [`${kind.name}-cold`, `${kind.name}-fresh`];
  const [ours, plain] = [targetOf(input, `${kind.name}-gated`), targetOf(input, 'gated-plain')];
  /** @param {Record<string, string>} env */
  const us = (env) =>
    run({
      program: process.execPath,
      args: [cackle, ...kind.args(input)],
      cwd: input.path,
      env: { CARGO_TARGET_DIR: ours, ...env },
    });
  const cargo = () => run(alone(input, plain));
  if (chosen.includes(cold)) {
    context.tell(`${cold}: ${input.name}`);
    const sides = [
      {
        name: 'ours',
        measure: async () => {
          empty(ours);
          return us(await coldCache());
        },
      },
      {
        name: 'cargo',
        measure: () => {
          empty(plain);
          return cargo();
        },
      },
    ];
    const results = await alternate(sides, context.rounds(3));
    rows.push(row(cold, kind, input, results, { atMost: 1.05 }));
  }
  if (!chosen.includes(fresh)) return rows;
  context.tell(`${fresh}: ${input.name}`);
  await us({});
  await cargo();
  const sides = [
    { name: 'ours', measure: () => us({}) },
    { name: 'cargo', measure: cargo },
  ];
  const results = await alternate(sides, context.rounds(10));
  const [a, b] = ['ours', 'cargo'].map((side) => spread(seconds(results.get(side) ?? [])).median);
  const [one = Number.NaN, other = Number.NaN] = [a, b];
  // A goal in seconds, as the ratio that it comes to here.
  const goal = { atMost: kind.most(other) / other };
  const more = (one - other).toFixed(2);
  rows.push({ ...row(fresh, kind, input, results, goal), note: `${more} s more` });
  return rows;
}

/** @param {string} name @param {Kind} kind @param {Input} input @param {Map<string, Run[]>} results @param {Row['goal']} goal @returns {Row} */
function row(name, { what }, input, results, goal) {
  const [ours, theirs] = [results.get('ours') ?? [], results.get('cargo') ?? []];
  const cpu = (/** @type {readonly Run[]} */ runs) => runs.map((result) => result.cpu);
  return {
    name: `${name}: ${what} ÷ cargo check`,
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

/** Writes the configuration of an input with `gates_only`, and returns its file. @param {Input} input @returns {string} */
function gatesOnly({ name, config }) {
  const file = join(bench, 'configs', name, 'gates-only.toml');
  mkdirSync(dirname(file), { recursive: true });
  const text = readFileSync(config, 'utf8');
  writeFileSync(file, text.replace('[common]\n', '[common]\ngates_only = true\n'));
  return file;
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
