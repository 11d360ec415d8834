/**
 * Compares our grants with those of the original on real crates; see README.md beside this file.
 * Exit status: 0 every difference is explained, 1 some is not, 2 the comparison could not be made.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  allOurGrants,
  originalGrants,
  originalProgram,
  output,
  progress,
} from '../../../tools/grant-runs.mjs';
import { fetchRealCrate, REAL_CRATES } from '../../../tools/real-crates.mjs';
import { allTable, compared, countsTable, differencesTable, unexplained } from './table.mjs';

/** @typedef {import('./table.mjs').Comparison} Comparison */

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, '..', '..', '..');
const judged = REAL_CRATES.filter((crate) => crate.role === 'judged').map((crate) => crate.name);

/** The result as a page: what was compared with what, the differences, then everything.
 * @param {readonly Comparison[]} comparisons @param {string} original @param {string} cackle */
function page(comparisons, original, cackle) {
  const first = (/** @type {string} */ text) => text.trim().split('\n')[0] ?? '';
  const crates = REAL_CRATES.filter(({ name }) => comparisons.some(({ crate }) => crate === name));
  return [
    '# Differential test: result',
    '',
    `Written by \`compare.mjs --write\` on ${new Date().toISOString().slice(0, 10)}; do not edit. README.md says how.`,
    '',
    `- ours: ${first(output(cackle, ['--version']))}`,
    `- original: ${first(output(original, ['acl', '--version']))}`,
    `- ${first(output('rustc', ['--version']))}, ${first(output('cargo', ['--version']))}`,
    `- Node ${process.version}, ${process.platform} ${process.arch}`,
    `- ${crates.map((crate) => `${crate.package} ${crate.version}`).join(', ')}`,
    '',
    countsTable(comparisons),
    '## Differences',
    '',
    differencesTable(comparisons),
    ...comparisons.flatMap((comparison) => [
      `## All grants: ${comparison.crate}`,
      '',
      allTable(comparison),
    ]),
  ].join('\n');
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      crates: { type: 'string', default: join(repository, 'target', 'differential') },
      original: { type: 'string' },
      cackle: { type: 'string', default: join(repository, 'cackle') },
      install: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.write && positionals.length > 0) {
    throw new Error('--write is for all crates: leave the names out');
  }
  const original = originalProgram(values.original, values.install);
  const cackle = resolve(values.cackle);
  const explanations = JSON.parse(readFileSync(join(here, 'explained.json'), 'utf8'));
  /** @type {Comparison[]} */
  const comparisons = [];
  const names = positionals.length > 0 ? positionals : judged;
  for (const [i, name] of names.entries()) {
    progress(`${name} (${i + 1} of ${names.length})`);
    // Each tool has its own copy: the original cleans the target directory that it uses.
    const work = resolve(values.crates, name);
    const copy = (/** @type {string} */ side) => {
      mkdirSync(join(work, side), { recursive: true });
      return fetchRealCrate(name, join(work, side));
    };
    const crate = copy('original');
    const theirs = originalGrants(original, crate.path, work, crate.features);
    const ours = allOurGrants(cackle, copy('ours').path, work, crate.features, theirs);
    comparisons.push(compared(name, theirs, ours, explanations));
  }
  const all = values.full
    ? comparisons.map((comparison) => `${comparison.crate}\n\n${allTable(comparison)}\n`).join('')
    : '';
  process.stdout.write(`${all}${differencesTable(comparisons)}\n${countsTable(comparisons)}`);
  if (values.write) {
    writeFileSync(join(here, 'RESULT.md'), page(comparisons, original, cackle));
    progress('RESULT.md is written');
  }
  const open = unexplained(comparisons);
  const verdict = open === 0 ? 'every difference is explained' : `${open} differences to explain`;
  process.stdout.write(`\n${verdict}\n`);
  return open === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`compare: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
