/**
 * How long the terminal UI takes from a key to the screen, and from its start to the first picture: in a pseudo-terminal,
 * the screen read as a terminal emulator would show it.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchRealCrate } from '../../tools/real-crates.mjs';
import { generateProblems } from '../../tools/synthetic/problems.mjs';
import { coldCache, empty, importEngine } from '../inputs.mjs';
import { bench, cackle, repository } from '../places.mjs';
import { spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../report.mjs').Row} Row */
/** @typedef {InstanceType<typeof import('../../tools/terminal.ts').Terminal>} Terminal */

export const names = ['ui-start', 'ui-building', 'ui-many'];

const LATENCY = { atMost: 50 };
const FIRST_PICTURE = { atMost: 300 };
const DOWN = '\u001b[B';
const UP = '\u001b[A';
const ESCAPE = '\u001b';
/** No more keys than this are measured of one run. */
const MOST_KEYS = 400;

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  const { Terminal } = await importEngine('tools/terminal.ts');
  const open = (/** @type {string[]} */ args, /** @type {Record<string, string>} */ env) =>
    /** @type {Terminal} */ (
      new Terminal(process.execPath, [cackle, '--ui', 'full', ...args], {
        columns: 120,
        rows: 40,
        env: { CARGO_NET_OFFLINE: 'true', ...env },
      })
    );
  const rows = [];
  if (chosen.includes('ui-start')) rows.push(await firstPicture(context, open));
  if (chosen.includes('ui-building')) rows.push(...(await whileBuilding(context, open)));
  if (chosen.includes('ui-many')) rows.push(...(await withMany(context, open)));
  return rows;
}

/** @typedef {(args: string[], env: Record<string, string>) => Terminal} Open */

/** From the start of the program to a screen with its panes. @param {Context} context @param {Open} open
 * @returns {Promise<Row>} */
async function firstPicture(context, open) {
  const path = copyOfExample();
  const took = [];
  for (let round = 0; round < context.rounds(15); round++) {
    context.tell(`ui-start: ${round + 1}`);
    const started = performance.now();
    const terminal = open(['--path', path], {});
    await terminal.until('Problems');
    took.push(performance.now() - started);
    terminal.send('q');
    await terminal.end();
    terminal.close();
  }
  return {
    name: 'ui-start: from the start to the first picture',
    input: 'example',
    value: spread(took),
    valueUnit: 'ms',
    goal: FIRST_PICTURE,
  };
}

function copyOfExample() {
  const path = join(bench, 'inputs', 'ui', 'example');
  empty(path);
  const from = join(repository, 'examples', 'alex');
  cpSync(from, path, { recursive: true, filter: (file) => file !== join(from, 'target') });
  return path;
}

/** Keys while both cores build. @param {Context} context @param {Open} open @returns {Promise<Row[]>} */
async function whileBuilding(context, open) {
  const name = context.quick ? 'example' : 'hyperfine';
  const path = context.quick
    ? copyOfExample()
    : fetchRealCrate(name, join(bench, 'inputs', 'ui')).path;
  const target = join(bench, 'targets', name, 'ui');
  empty(target);
  const config = join(bench, 'configs', name, 'nothing-allowed.toml');
  mkdirSync(join(bench, 'configs', name), { recursive: true });
  writeFileSync(
    config,
    '[common]\nversion = 3\nimport_std = ["fs", "env", "net", "unix_sockets", "process", "terminate"]\n\n[sandbox]\nkind = "Disabled"\n',
  );
  context.tell(`ui-building: ${name}`);
  const terminal = open(['--path', path, '--cackle-path', config], {
    CARGO_TARGET_DIR: target,
    ...(await coldCache()),
  });
  try {
    await terminal.until(/1 of ([2-9]|\d\d)/, 120_000);
    // Once what goes on waits for the user, the cores have nothing to do.
    const isBusy = stillBuilds();
    const keys = await press(terminal, MOST_KEYS, () => isBusy(terminal.screen()));
    context.tell(`ui-building: ${keys.moves.length} keys, then ${lastLines(terminal)}`);
    return latencyRows('ui-building', `${name}, both cores busy`, keys);
  } finally {
    terminal.send('q');
    await terminal.end();
    terminal.close();
  }
}

/** True as long as the count of built units has grown within some seconds. */
function stillBuilds() {
  let last = '';
  let since = performance.now();
  return (/** @type {string} */ screen) => {
    const built = /built (\d+) of \d+/.exec(screen)?.[1];
    if (built !== undefined && built !== last) {
      last = built;
      since = performance.now();
    }
    return performance.now() - since < 4000 && !screen.includes('what is left is up to you');
  };
}

/** Keys with a very long list. @param {Context} context @param {Open} open @returns {Promise<Row[]>} */
async function withMany(context, open) {
  const path = join(bench, 'inputs', 'synthetic', 'problems');
  const count = generateProblems(path, context.quick ? 5 : 50, context.quick ? 20 : 100);
  context.tell(`ui-many: ${count} problems`);
  const terminal = open(['--path', path], await coldCache());
  try {
    await terminal.until('what is left is up to you', 300_000);
    await terminal.until(`1 of ${count} `);
    const keys = await press(terminal, 150, () => true);
    return latencyRows('ui-many', `${count} problems`, keys);
  } finally {
    terminal.send('q');
    await terminal.end();
    terminal.close();
  }
}

/**
 * Milliseconds from keys to what they show: `moves`, the selection in the list; `panes`, the fixes with their diff or the
 * source at a usage, which the thread of the check has to find.
 * @param {Terminal} terminal @param {number} count @param {() => boolean} goesOn
 */
async function press(terminal, count, goesOn) {
  /** @type {{ moves: number[], panes: number[] }} */
  const took = { moves: [], panes: [] };
  const timed = async (
    /** @type {number[]} */ into,
    /** @type {string} */ key,
    /** @type {(screen: string) => boolean} */ shows,
  ) => {
    const started = performance.now();
    terminal.send(key);
    await terminal.until(shows);
    into.push(performance.now() - started);
    // A pace that is no multiple of the program's own ones.
    await new Promise((done) => setTimeout(done, 23 + ((into.length * 17) % 61)));
  };
  const at = () => Number(/(\d+) of \d+ ──$/m.exec(terminal.screen())?.[1] ?? 1);
  for (let i = 0; i < count && goesOn(); i++) {
    const now = at();
    // Four down for each one up, so that ever other problems are selected.
    const up = i % 5 === 4 && now > 1;
    const next = now + (up ? -1 : 1);
    const total = Number(/\d+ of (\d+) ──$/m.exec(terminal.screen())?.[1] ?? 1);
    if (next > total) {
      terminal.send('\u001b[H');
      await terminal.until((screen) => /^.* 1 of \d+ ──$/m.test(screen));
      continue;
    }
    const moved = new RegExp(` ${next} of \\d+ ──$`, 'm');
    await timed(took.moves, up ? UP : DOWN, (screen) => moved.test(screen));
    if (i % 4 === 0) {
      await timed(took.panes, 'f', (screen) => /── Fixes/.test(screen) && /^ +[+-] /m.test(screen));
      await timed(took.moves, ESCAPE, (screen) => !/── Fixes/.test(screen));
    }
  }
  return took;
}

/** @param {string} name @param {string} input @param {{ moves: number[], panes: number[] }} took @returns {Row[]} */
function latencyRows(name, input, { moves, panes }) {
  const row = (/** @type {string} */ what, /** @type {number[]} */ values) => [
    latency(`${name}: ${what}`, input, values),
  ];
  return [
    ...row('key to screen, p95, the list', moves),
    ...row('key to screen, p95, fixes with their diff', panes),
  ];
}

/** @param {string} name @param {string} input @param {number[]} values @returns {Row} */
function latency(name, input, values) {
  if (values.length < 5) throw new Error(`${name}, ${input}: ${values.length} keys are too few`);
  const sorted = [...values].sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  return {
    name,
    input,
    unit: 'ms',
    ours: spread(values),
    value: spread([p95]),
    valueUnit: 'ms',
    goal: LATENCY,
    note: `${values.length} keys`,
  };
}

/** @param {Terminal} terminal */
const lastLines = (terminal) =>
  terminal
    .lines()
    .filter((line) => line !== '')
    .slice(-2)[0];
