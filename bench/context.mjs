/** What the cases share: inputs, number of rounds, the original's program. */
import { execFileSync } from 'node:child_process';
import { originalProgram } from '../tools/grant-runs.mjs';
import { crates, example, openInput } from './inputs.mjs';

/**
 * @typedef {object} Context
 * @property {readonly import('./inputs.mjs').Input[]} inputs
 * @property {boolean} quick
 * @property {(chart: import('./plot.mjs').Chart | import('./plot.mjs').Lanes) => void} plot
 * @property {readonly (import('./plot.mjs').Chart | import('./plot.mjs').Lanes)[]} charts what was plotted
 * @property {string} compiler what rustc says of itself
 * @property {(usual: number) => number} rounds
 * @property {() => string | undefined} original its program; undefined when a quick run finds none
 * @property {(text: string) => void} tell
 */

/** @param {{ quick: boolean, original: string | undefined, inputs: readonly string[], rounds: number | undefined }} options
 * @returns {Context} */
export function openContext({ quick, original, inputs, rounds }) {
  const compiler = execFileSync('rustc', ['-vV'], { encoding: 'utf8' });
  const started = performance.now();
  const tell = (/** @type {string} */ text) => {
    const at = Math.round((performance.now() - started) / 1000);
    process.stderr.write(`[${String(at).padStart(4)} s] ${text}\n`);
  };
  const names = inputs.length > 0 ? inputs : quick ? [example] : crates;
  /** @type {import('./inputs.mjs').Input[] | undefined} */
  let opened;
  /** @type {string | undefined} */
  let program;
  /** @type {(import('./plot.mjs').Chart | import('./plot.mjs').Lanes)[]} */
  const charts = [];
  return {
    quick,
    charts,
    plot: (chart) => charts.push(chart),
    get inputs() {
      opened ??= names.map((name) => openInput(name, compiler));
      return opened;
    },
    compiler,
    tell,
    rounds: (usual) => rounds ?? (quick ? 1 : usual),
    original() {
      try {
        program ??= originalProgram(original, !quick);
      } catch (error) {
        // A quick run does not build it.
        if (!quick || original !== undefined) throw error;
        tell('left out: the original is not installed; --original FILE names it');
      }
      return program;
    },
  };
}
