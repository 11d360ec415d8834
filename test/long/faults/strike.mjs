/** Strikes checks with faults and compares the next one with a check from clean. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generator } from '../../../tools/synthetic/generate.mjs';
import { answer, compare } from '../mutations/answers.mjs';
import { fromClean, lock, other, rewrite, starter } from '../mutations/checked.mjs';
import { filesOf, firstState } from '../mutations/workspace.mjs';
import { faults } from './faults.mjs';

/** @typedef {import('../mutations/workspace.mjs').State} State */
/** @typedef {import('../mutations/checked.mjs').Checked} Checked */
/**
 * @typedef {object} Step
 * @property {number} number
 * @property {string} place where it ran
 * @property {string} kind of fault
 * @property {string} what
 * @property {boolean} cold: nothing was built before
 * @property {readonly (number | null)[]} struck exit status of each check that the fault struck; null: killed
 * @property {number | null} status of the next check
 * @property {string | undefined} wrong undefined when all is as it has to be
 */

/** Few, so that the answer from clean is known for most of them. */
const changed = [
  'libraryUse',
  'scriptMakes',
  'macroReads',
  'allowLibrary',
  'allowMade',
  'watched',
  'scriptPrints',
  'programCalls',
];

/**
 * @param {{ directory: string, program: string, place: string, kinds: readonly import('./faults.mjs').Kind[], count: number,
 * seed: number, tell?: (step: Step) => void }} options `directory` is made anew, save for `here/target` in it, which may be a file
 * system of its own
 * @returns {Promise<Step[]>}
 */
export async function strike({ directory, program, place, kinds, count, seed, tell }) {
  const random = generator(seed);
  const pick = (/** @type {readonly any[]} */ list) => list[random(list.length)];
  const here = join(directory, 'here-');
  const there = join(directory, 'clean');
  const target = join(here, 'target');
  mkdirSync(target, { recursive: true });
  const start = starter(program, join(directory, 'cache'));
  let state = firstState();
  /** @type {string[]} */
  let written = [];
  const move = () => {
    const [name, value] = other(state, pick(changed), pick);
    state = { ...state, [name]: value };
    const files = filesOf(state);
    rewrite(here, written, files, false);
    written = Object.keys(files);
    return `${name} = ${value}`;
  };
  rewrite(here, [], filesOf(state), false);
  lock(here, state);
  /** @type {Map<string, ReturnType<typeof answer>>} */
  const known = new Map();
  const clean = async () => {
    const key = JSON.stringify(state);
    const found = known.get(key) ?? answer(await fromClean(here, there, state, start), there);
    known.set(key, found);
    return found;
  };
  /** How long a check takes, cold and not. */
  const lasted = { cold: 4000, warm: 1500 };
  /** @type {Step[]} */
  const steps = [];
  for (let number = 1; number <= count; number++) {
    const kind = kinds[(number - 1) % kinds.length] ?? 'none';
    const cold = number === 1 || random(5) === 0;
    if (cold) empty(target);
    const moved = move();
    const milliseconds = cold ? lasted.cold : lasted.warm;
    const { what, checks } = await faults[kind]({
      target,
      random,
      milliseconds,
      start: () => start(here, state, [], {}, true),
    });
    const began = Date.now();
    const next = await start(here, state, []).done;
    if (kind === 'none') lasted[cold ? 'cold' : 'warm'] = Date.now() - began;
    const expected = await clean();
    const wrong = [
      ...checks.flatMap((one, i) => faultOf(kind, one, here, expected, `struck ${i + 1}`)),
      ...differences(answer(next, here), expected, 'next'),
      // Two checks that fail alike would agree on nothing.
      ...(expected.status === 2 ? [`from clean: ${expected.errors?.join('; ')}`] : []),
    ];
    const step = {
      number,
      place,
      kind,
      what: `${moved}; ${what}`,
      cold,
      struck: checks.map(({ status }) => status),
      status: next.status,
      wrong: wrong.length === 0 ? undefined : `${wrong.join('\n')}\n${next.stderr.slice(-2000)}`,
    };
    steps.push(step);
    tell?.(step);
  }
  return steps;
}

/** Faults after which a check may say that it could not be made. */
const mayFail = new Set(['one of its processes killed', 'disk full']);

/**
 * A check that a fault strikes ends without an answer, says why it could not be made, or is right.
 * @param {string} kind @param {Checked} struck @param {string} here @param {ReturnType<typeof answer>} clean @param {string} name
 */
function faultOf(kind, struck, here, clean, name) {
  if (struck.status === null) return [];
  if (struck.status === 2 && mayFail.has(kind))
    return struck.stderr.includes('error') ? [] : [`${name}: status 2 without a reason`];
  // The fault may have ended a build script or a test of the workspace, which is then a problem of its own.
  if (struck.status === 1 && mayFail.has(kind) && struck.stdout.includes('execution-failed'))
    return [];
  return differences(answer(struck, here), clean, name);
}

/** @param {ReturnType<typeof answer>} one @param {ReturnType<typeof answer>} clean @param {string} name */
function differences(one, clean, name) {
  const { difference } = compare(one, clean);
  return difference === undefined ? [] : [`${name}: ${difference}`];
}

/** It may be a mount point. @param {string} directory */
function empty(directory) {
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
}
