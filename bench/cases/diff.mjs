/** What `cackle diff` costs: a check of the head is the measure, where the base is known; a cold check where nothing is. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { coldCache, empty, ourCheck, targetOf } from '../inputs.mjs';
import { bench, cackle } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */

export const names = ['diff-kept', 'diff-locked', 'diff-cold'];

/**
 * The dependency that moves, and the version of the base. It depends on nothing, and much of each input depends on it: that is compiled
 * for both sides, by plain cargo too, so `diff-cold` cannot reach its goal: in a cold check of fd, these units are a third of all time in rustc.
 */
const moved = { name: 'memchr', version: '2.7.4' };

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  /** @type {Row[]} */
  const rows = [];
  for (const input of context.inputs) {
    const copy = repositoryOf(input);
    if (copy === undefined) {
      context.tell(`left out: ${input.name} has no ${moved.name}`);
      continue;
    }
    context.tell(`diff: ${input.name}`);
    const target = targetOf(input, 'diff');
    const cache = { XDG_CACHE_HOME: join(bench, 'caches', 'diff') };
    const row = (
      /** @type {string} */ name,
      /** @type {Map<string, number[]>} */ results,
      /** @type {number} */ atMost,
    ) => {
      const [a, b] = [results.get('diff') ?? [], results.get('check') ?? []];
      const common = { input: input.name, unit: 's', ours: spread(a), other: spread(b) };
      rows.push({ name, ...common, value: ratio(a, b), goal: { atMost } });
    };
    const check = ourCheck(copy, target, { env: cache });
    for (const [name, base, text, atMost] of /** @type {const} */ ([
      ['diff-kept', 'base', 'base kept ÷ second check', 1.5],
      ['diff-locked', 'locked', 'base with cackle.lock ÷ second check', 1.1],
    ])) {
      if (!chosen.includes(name)) continue;
      const diff = ourDiff(copy, target, base, cache);
      await run(diff);
      await run(check);
      const results = await alternate(
        [
          { name: 'diff', measure: async () => (await run(diff)).seconds },
          { name: 'check', measure: async () => (await run(check)).seconds },
        ],
        context.rounds(5),
      );
      row(`${name}: ${text}`, results, atMost);
    }
    if (!chosen.includes('diff-cold')) continue;
    const results = await alternate(
      [
        {
          name: 'diff',
          async measure() {
            empty(target);
            return (await run(ourDiff(copy, target, 'base', await coldCache()))).seconds;
          },
        },
        {
          name: 'check',
          async measure() {
            empty(target);
            const cold = ourCheck(copy, target, { env: await coldCache() });
            return (await run(cold)).seconds + (await run(cold)).seconds;
          },
        },
      ],
      context.rounds(2),
    );
    row('diff-cold: nothing known ÷ cold and second check', results, 1);
  }
  return rows;
}

/**
 * A copy of an input as a repository: `base` has an older version of one dependency, `locked` cackle.lock too; the work tree is
 * as the input is. Undefined where the input does not have that dependency.
 * @param {Input} input @returns {Input | undefined}
 */
function repositoryOf(input) {
  const path = join(bench, 'inputs', 'diff', input.name);
  const copy = { ...input, path };
  if (existsSync(path)) return copy;
  const made = `${path}.tmp`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(dirname(made), { recursive: true });
  cpSync(input.path, made, { recursive: true });
  rmSync(join(made, 'target'), { recursive: true, force: true });
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
      cwd: made,
    });
  const commit = (/** @type {string} */ name) => {
    git('add', '-A', '-f');
    git('commit', '-q', '--allow-empty', '-m', name);
    git('branch', name);
  };
  const update = (/** @type {string} */ version) =>
    execFileSync('cargo', ['update', '-q', '-p', moved.name, '--precise', version], {
      cwd: made,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  git('init', '-q', '-b', 'work');
  const lock = join(made, 'Cargo.lock');
  cpSync(lock, `${made}.lock`);
  try {
    update(moved.version);
  } catch {
    return undefined;
  }
  commit('base');
  const config = ['--path', made, '--cackle-path', input.config];
  execFileSync(process.execPath, [cackle, 'lock', '--quiet', ...config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, CARGO_TARGET_DIR: `${made}.target` },
  });
  commit('locked');
  renameSync(`${made}.lock`, lock);
  rmSync(join(made, 'cackle.lock'));
  rmSync(`${made}.target`, { recursive: true, force: true });
  renameSync(made, path);
  return copy;
}

/** @param {Input} input @param {string} target @param {string} base @param {Record<string, string>} env
 * @returns {import('../process.mjs').Program} */
function ourDiff(input, target, base, env) {
  const where = ['--path', input.path, '--cackle-path', input.config];
  return {
    program: process.execPath,
    args: [cackle, 'diff', base, ...where, '--output-format', 'json'],
    cwd: input.path,
    env: { CARGO_TARGET_DIR: target, ...env },
    statuses: [0, 1],
  };
}
