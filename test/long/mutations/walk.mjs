/** Changes one thing at a time, or a source and cackle.toml at once, and compares each incremental answer with that of a check from clean. */
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generator } from '../../../tools/synthetic/generate.mjs';
import { answer, compare } from './answers.mjs';
import { fromClean, lock, other, rewrite, starter } from './checked.mjs';
import { damageOutput, damageStore, removeOutput } from './damage.mjs';
import { choices, filesOf, firstState } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').State} State */
/**
 * @typedef {object} Step
 * @property {number} number
 * @property {string} kind of change
 * @property {string} what was changed
 * @property {number} unitsBuilt by the incremental check
 * @property {number | null} status
 * @property {'equal' | 'held'} rule by which both answers were compared
 * @property {string | undefined} difference undefined when the answers agree
 */

const repository = join(import.meta.dirname, '..', '..', '..');

/** What can be changed behind an mtime: choices that are written into sources alone. */
const sources = [
  'libraryUse',
  'libraryStyle',
  'genericArgument',
  'programCalls',
  'testUse',
  'toolUse',
  'macroExpands',
  'macroReads',
  'included',
  'text',
  'bytes',
  'scriptPrints',
  'scriptUse',
  'scriptMakes',
  'watched',
];
/** Each fails the build, and is mended by the next step. */
const faults = ['syntax', 'deleted'];
const permissions = [
  'allowApp',
  'allowLibrary',
  'allowDependency',
  'allowTool',
  'allowMade',
  'procMacro',
  'unsafeAllowed',
  'instructions',
];
const restOfConfig = ['imports', 'api', 'excluded', 'configVersion', 'explicitScripts'];
const build = Object.keys(choices).filter(
  (name) => ![sources, faults, permissions, restOfConfig].flat().includes(name),
);
/** Kinds of change beside a choice. */
const special = [
  'touched',
  'mtime put back',
  'mtime put back',
  'output damaged',
  'output removed',
  'store damaged',
  'store damaged',
  'killed',
  'killed',
  'clean',
  'nothing',
];
/** Of a hundred steps, how many take their kind from which list. */
const weights = /** @type {const} */ ([
  [27, sources],
  [20, build],
  [14, permissions],
  [6, restOfConfig],
  [4, faults],
  [16, special],
  // What is allowed now must not be what was asked for before: a verdict on the old file with the new permission.
  [13, ['two at once']],
]);

/**
 * @param {{ directory: string, count: number, seed: number, tell?: (step: Step) => void, kinds?: readonly string[],
 * program?: string, compareFrom?: number, until?: number }} options `kinds`: what is changed, in turn; at random when absent.
 * `compareFrom`: the first step that is compared, to come back to one quickly. `until`: when no
 * further step begins
 * @returns {Promise<Step[]>}
 */
export async function walk(options) {
  const {
    directory,
    count,
    seed,
    tell,
    kinds,
    compareFrom = 1,
    until = Number.POSITIVE_INFINITY,
  } = options;
  const random = generator(seed);
  const pick = /** @type {<T>(list: readonly T[]) => T} */ ((list) => list[random(list.length)]);
  rmSync(directory, { recursive: true, force: true });
  // Both have names of one length: addresses in files do not move.
  const here = join(directory, 'incremental');
  const there = join(directory, 'from--clean');
  const target = join(here, 'target');
  const program = options.program ?? join(repository, 'dist', 'cli.js');
  // A cache of its own: what others remember must not help, and what is damaged must not hurt them.
  const start = starter(program, join(directory, 'cache'));
  let state = firstState();
  const move = (/** @type {string} */ name, /** @type {unknown} */ value, putBack = false) => {
    const before = Object.keys(filesOf(state));
    state = { ...state, [name]: value };
    rewrite(here, before, filesOf(state), putBack);
    if (name === 'lock') lock(here, state);
    return `${name} = ${value}`;
  };
  rewrite(here, [], filesOf(state), false);
  lock(here, state);
  const first = await start(here, state, []).done;
  // A walk that begins with a failure would compare failures.
  if (first.status !== 0) throw new Error(`not clean at first:\n${first.stdout}${first.stderr}`);
  /** @type {Step[]} */
  const steps = [];
  for (let number = 1; number <= count && Date.now() < until; number++) {
    const changed = (/** @type {string[]} */ names) =>
      names.filter((name) => isChanged(state, name));
    let kind = kinds?.[(number - 1) % kinds.length] ?? pickKind(random, pick);
    let back = false;
    const [fault] = changed(faults);
    const taken = changed([...permissions, ...restOfConfig]);
    if (fault !== undefined) [kind, back] = [fault, true];
    // Slow: one step of it is enough at a time.
    else if (kinds === undefined && state.profile.startsWith('lto'))
      [kind, back] = ['profile', true];
    else if (kinds === undefined && taken.length > 0 && random(100) < 25)
      [kind, back] = [pick(taken), true];
    // The same walk elsewhere, with one toolchain.
    if (kind in choices && choices[/** @type {keyof typeof choices} */ (kind)].length === 1)
      kind = 'nothing';
    const args = [];
    let what = kind;
    if (kind === 'touched') {
      const file = pick(Object.keys(filesOf(state)));
      const now = new Date();
      utimesSync(join(here, file), now, now);
      what = `touched ${file}`;
    } else if (kind === 'mtime put back') {
      const [name, value] = other(state, pick(sources), pick);
      what = `${move(name, value, true)}, behind the same time`;
      args.push('--verify');
    } else if (kind === 'output damaged') {
      what = `damaged ${damageOutput(target, random)}`;
      args.push('--verify');
    } else if (kind === 'output removed') {
      what = `removed ${removeOutput(target, random)}`;
    } else if (kind === 'store damaged') {
      what = `store: ${damageStore(target, random)}`;
    } else if (kind === 'killed') {
      const [name, value] = other(state, pick([...sources, ...build]), pick);
      const moved = move(name, value);
      const milliseconds = 50 + random(1200);
      const { child, done } = start(here, state, [], {}, true);
      const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), milliseconds);
      const { status } = await done;
      clearTimeout(timer);
      what = `${moved}, ${status === null ? `killed after ${milliseconds} ms` : 'ended before it was killed'}`;
    } else if (kind === 'two at once') {
      const [source, value] = other(state, pick(sources), pick);
      // Half the time what was taken away is given back, if anything was.
      const away = changed(permissions);
      const permission = away.length > 0 && random(2) === 0 ? pick(away) : pick(permissions);
      const [, another] = other(state, permission, pick);
      const first = choices[/** @type {keyof typeof choices} */ (permission)][0];
      const allowed = away.includes(permission) ? first : another;
      what = `${move(permission, allowed)}, ${move(source, value)}`;
    } else if (kind === 'clean') {
      rmSync(target, { recursive: true, force: true });
    } else if (kind !== 'nothing') {
      const name = /** @type {keyof typeof choices} */ (kind);
      const [, value] = other(state, name, pick);
      what = move(name, back ? choices[name][0] : value);
    }
    const incremental = await start(here, state, args).done;
    if (number < compareFrom) continue;
    const clean = await fromClean(here, there, state, start);
    const { rule, difference } = compare(answer(incremental, here), answer(clean, there));
    if (difference !== undefined)
      for (const [name, checked] of Object.entries({ incremental, clean }))
        writeFileSync(
          join(directory, `step-${number}-${name}.txt`),
          `${checked.stdout}\n${checked.stderr}\n${JSON.stringify(state, undefined, 1)}`,
        );
    const { status, unitsBuilt } = incremental;
    const step = { number, kind, what, unitsBuilt, status, rule, difference };
    steps.push(step);
    tell?.(step);
  }
  return steps;
}

/** @param {(below: number) => number} random @param {(list: readonly any[]) => any} pick @returns {string} */
function pickKind(random, pick) {
  let at = random(100);
  for (const [weight, list] of weights) {
    if (at < weight) return pick(list);
    at -= weight;
  }
  return 'nothing';
}

/** @param {State} state @param {string} name */
function isChanged(state, name) {
  const key = /** @type {keyof State} */ (name);
  return state[key] !== choices[key][0];
}
