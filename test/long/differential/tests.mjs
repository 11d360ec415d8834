/**
 * `cackle test`, sandbox on, against plain `cargo test` on real crates; see README.md beside this file.
 * Exit status: 0 every difference is explained, 1 some is not, 2 the comparison could not be made.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output, progress } from '../../../tools/grant-runs.mjs';
import { fetchRealCrate } from '../../../tools/real-crates.mjs';
import { accepted, acceptedCopy } from './accepted.mjs';
import { readArguments } from './arguments.mjs';
import { outcomesIn } from './libtest.mjs';
import { markdownTable } from './table.mjs';

/** @typedef {{ status: number | null, outcomes: Map<string, string> }} Tested */
/**
 * @typedef {object} Explanation why a difference is right; a missing field matches anything
 * @property {string} [crate] @property {string} [binary] @property {string} [test] @property {string} why
 */
/** @typedef {{ crate: string, cargo: Tested, cackle: Tested, differences: Difference[] }} Comparison */
/** @typedef {{ binary: string, test: string, cargo: string, cackle: string, why: string | undefined }} Difference */

const here = dirname(fileURLToPath(import.meta.url));

/** Runs tests and reads from what is printed which of them did what.
 * @param {string} program @param {string[]} args @param {string} cwd @param {string} log @returns {Tested} */
function tested(program, args, cwd, log) {
  // One file for both streams: cargo names a binary on one, its tests speak on the other.
  const file = openSync(log, 'w');
  const run = spawnSync(program, args, { cwd, stdio: ['ignore', file, file] });
  closeSync(file);
  if (run.error !== undefined) throw new Error(`${program}: ${run.error.message}`);
  const outcomes = outcomesIn(readFileSync(log, 'utf8'));
  if (outcomes.size === 0)
    throw new Error(`${program} ${args.join(' ')} ran no test (exit status ${run.status}): ${log}`);
  return { status: run.status, outcomes };
}

/** @param {string} cackle @param {string} crate @param {string} work
 * @param {readonly Explanation[]} explanations @returns {Comparison} */
function compare(cackle, crate, work, explanations) {
  progress(crate);
  const ours = acceptedCopy(crate, work);
  if (!existsSync(join(ours, 'cackle.toml'))) accepted(cackle, crate, work);
  rmSync(join(work, 'plain'), { recursive: true, force: true });
  mkdirSync(join(work, 'plain'), { recursive: true });
  const plain = fetchRealCrate(crate, join(work, 'plain')).path;
  const flags = ['--no-fail-fast', '--offline', '--locked'];
  progress('  cargo test');
  const byCargo = tested('cargo', ['test', ...flags], plain, join(work, 'cargo-test.log'));
  progress('  cackle test');
  const byCackle = tested(cackle, ['test', ...flags], ours, join(work, 'cackle-test.log'));
  const keys = [...new Set([...byCargo.outcomes.keys(), ...byCackle.outcomes.keys()])].sort();
  const differences = keys.flatMap((key) => {
    const [binary = '', test = ''] = key.split('\0');
    const cargo = byCargo.outcomes.get(key) ?? 'not run';
    const own = byCackle.outcomes.get(key) ?? 'not run';
    if (cargo === own) return [];
    const why = explanations.find(
      (e) =>
        (e.crate ?? crate) === crate &&
        (e.binary ?? binary) === binary &&
        (e.test ?? test) === test,
    )?.why;
    return [{ binary, test, cargo, cackle: own, why }];
  });
  return { crate, cargo: byCargo, cackle: byCackle, differences };
}

/** @param {readonly Comparison[]} comparisons */
function countsTable(comparisons) {
  const count = (/** @type {Tested} */ { outcomes }, /** @type {string} */ outcome) =>
    String([...outcomes.values()].filter((found) => found === outcome).length);
  const lines = comparisons.flatMap(({ crate, cargo, cackle, differences }) =>
    Object.entries({ 'cargo test': cargo, 'cackle test': cackle }).map(([name, side]) => [
      crate,
      name,
      String(new Set([...side.outcomes.keys()].map((key) => key.split('\0')[0])).size),
      ...['ok', 'failed', 'ignored'].map((outcome) => count(side, outcome)),
      String(side.status),
      String(differences.length),
      String(differences.filter(({ why }) => why === undefined).length),
    ]),
  );
  const head = ['crate', 'run by', 'binaries with tests', 'ok', 'failed', 'ignored'];
  return markdownTable([...head, 'exit status', 'differences', 'unexplained'], lines);
}

/** @param {readonly Comparison[]} comparisons */
function differencesTable(comparisons) {
  const lines = comparisons.flatMap(({ crate, differences }) =>
    differences.map(({ binary, test, cargo, cackle, why }) => [
      ...[crate, binary, test, cargo, cackle],
      why ?? '**unexplained**',
    ]),
  );
  if (lines.length === 0) return 'No difference: every test ended alike.\n';
  return markdownTable(['crate', 'binary', 'test', 'cargo test', 'cackle test', 'why'], lines);
}

/** @param {readonly Comparison[]} comparisons @param {string} cackle */
function page(comparisons, cackle) {
  const first = (/** @type {string} */ text) => text.trim().split('\n')[0] ?? '';
  const failing = comparisons.flatMap(({ crate, cargo }) =>
    [...cargo.outcomes]
      .filter(([, outcome]) => outcome === 'failed')
      .map(([key]) => [crate, ...key.split('\0')]),
  );
  return [
    '# `cackle test` against `cargo test`: result',
    '',
    `Written by \`tests.mjs --write\` on ${new Date().toISOString().slice(0, 10)}; do not edit. README.md says how.`,
    '',
    `- ours: ${first(output(cackle, ['--version']))}, profile \`cackle\`, sandbox on, cackle.toml by \`--auto-accept-fixes\``,
    `- ${first(output('rustc', ['--version']))}, ${first(output('cargo', ['--version']))}, default profile`,
    '',
    countsTable(comparisons),
    '## Differences',
    '',
    differencesTable(comparisons),
    ...(failing.length === 0
      ? []
      : [
          '## Tests that fail under plain cargo too, or there alone',
          '',
          markdownTable(['crate', 'binary', 'test'], failing),
        ]),
  ].join('\n');
}

function main() {
  const { write, cackle, names, directoryOf } = readArguments();
  const explanations = JSON.parse(readFileSync(join(here, 'explained-tests.json'), 'utf8'));
  const comparisons = names.map((crate) =>
    compare(cackle, crate, directoryOf(crate), explanations),
  );
  process.stdout.write(`${differencesTable(comparisons)}\n${countsTable(comparisons)}`);
  if (write) {
    writeFileSync(join(here, 'RESULT-tests.md'), page(comparisons, cackle));
    progress('RESULT-tests.md is written');
  }
  const open = comparisons.flatMap(({ differences }) => differences).filter((d) => !d.why).length;
  return open === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`tests: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
