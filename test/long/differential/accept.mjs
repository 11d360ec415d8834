/**
 * From no configuration to a clean check with `--auto-accept-fixes`, sandbox on; see README.md beside this file.
 * Exit status: 0 clean in one run of cargo, nothing compiled twice, every difference explained; 1 not so; 2 it could
 * not be tried.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output, progress } from '../../../tools/grant-runs.mjs';
import { accepted, keptOriginal } from './accepted.mjs';
import { readArguments } from './arguments.mjs';
import { compared, countsTable, differencesTable, markdownTable, unexplained } from './table.mjs';

/** @typedef {import('./accepted.mjs').Accepted} Accepted */
/** @typedef {import('./table.mjs').Comparison} Comparison */

const here = dirname(fileURLToPath(import.meta.url));

/** One line per crate: what it took.
 * @param {readonly { crate: string, result: Accepted }[]} results */
function costTable(results) {
  const head = [
    ...['crate', 'exit status', 'cargo runs', 'units', 'compilations', 'compiled twice'],
    ...['build scripts run', 'fixes written', 'a check afterwards'],
  ];
  const lines = results.map(({ crate, result }) => [
    crate,
    String(result.status),
    String(result.cargoRuns),
    String(result.units),
    String(result.compilations),
    result.twice.length === 0 ? '0' : `${result.twice.length}: ${result.twice.join(', ')}`,
    String(result.buildScripts),
    String(result.written),
    `exit status ${result.after.status}, ${result.after.problems} problems`,
  ]);
  return markdownTable(head, lines);
}

/** @param {readonly { crate: string, result: Accepted }[]} results
 * @param {readonly Comparison[]} comparisons @param {string} cackle */
function page(results, comparisons, cackle) {
  const first = (/** @type {string} */ text) => text.trim().split('\n')[0] ?? '';
  return [
    '# From no configuration to a clean check: result',
    '',
    `Written by \`accept.mjs --write\` on ${new Date().toISOString().slice(0, 10)}; do not edit. README.md says how.`,
    '',
    `- ours: ${first(output(cackle, ['--version']))}, sandbox on (Bubblewrap)`,
    `- ${first(output('rustc', ['--version']))}, ${first(output('cargo', ['--version']))}`,
    '- the original: its grants in RESULT.md',
    '',
    costTable(results),
    '## Grants against the original',
    '',
    'Of what both can name: the APIs that the recommended configuration watches, `allow_unsafe`, `allow_proc_macro`,',
    '`allow_build_instructions` and possible exported APIs.',
    '',
    countsTable(comparisons),
    differencesTable(comparisons),
  ].join('\n');
}

function main() {
  const { write, cackle, names, directoryOf } = readArguments();
  const explanations = JSON.parse(readFileSync(join(here, 'explained.json'), 'utf8'));
  const results = names.map((crate) => {
    progress(crate);
    return { crate, result: accepted(cackle, crate, directoryOf(crate)) };
  });
  const comparisons = results.map(({ crate, result }) => {
    const theirs = keptOriginal(join(here, 'RESULT.md'), crate, result.watched);
    return compared(crate, theirs, result.found, explanations);
  });
  const tables = [costTable(results), countsTable(comparisons), differencesTable(comparisons)];
  process.stdout.write(tables.join('\n'));
  if (write) {
    writeFileSync(join(here, 'RESULT-accept.md'), page(results, comparisons, cackle));
    progress('RESULT-accept.md is written');
  }
  const reached = results.every(
    ({ result: { status, cargoRuns, twice, after } }) =>
      status === 0 && cargoRuns === 1 && twice.length === 0 && after.status === 0,
  );
  return reached && unexplained(comparisons) === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`accept: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
