/**
 * `npm run times [FILE]`: where the last `npm test` spent its time, by room of test/ and by file, in seconds, from the report that
 * vitest leaves in target/vitest.json. Files run several at a time: their sum is more than what passes on the clock.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../setup/paths.mjs';

const FILES = 12;
const TESTS = 8;

const file = process.argv[2] ?? join(root, 'target', 'vitest.json');
/** @typedef {{ fullName: string, duration?: number | null }} Assertion */
/** @type {{ startTime: number, testResults: { name: string, startTime: number, endTime: number, assertionResults: Assertion[] }[] }} */
let report;
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch (error) {
  process.stderr.write(`error: ${/** @type {Error} */ (error).message}\n  npm test writes it\n`);
  process.exit(2);
}

const files = report.testResults.map(({ name, startTime, endTime, assertionResults }) => ({
  name: name.replace(/^.*\/test\//, '').replace(/\.test\.ts$/, ''),
  took: endTime - startTime,
  ended: endTime,
  tests: assertionResults,
}));
/** @type {Map<string, { took: number, tests: number }>} */
const rooms = new Map();
for (const { name, took, tests } of files) {
  const room = dirname(name) === '.' ? 'the rest' : dirname(name);
  const sum = rooms.get(room) ?? { took: 0, tests: 0 };
  rooms.set(room, { took: sum.took + took, tests: sum.tests + tests.length });
}
const seconds = (/** @type {number} */ milliseconds) => (milliseconds / 1000).toFixed(0);
const most = (/** @type {{ took: number }} */ a, /** @type {{ took: number }} */ b) =>
  b.took - a.took;
const table = (/** @type {string} */ what, /** @type {(string | number)[][]} */ rows) =>
  `| ${what} | s | tests |\n|---|---|---|\n${rows.map((row) => `| ${row.join(' | ')} |\n`).join('')}\n`;

const clock = Math.max(...files.map(({ ended }) => ended)) - report.startTime;
const sum = files.reduce((total, { took }) => total + took, 0);
process.stdout.write(
  `${relative(root, file)}: ${seconds(clock)} s on the clock, ${seconds(sum)} s in ${files.length} files\n\n`,
);
process.stdout.write(
  table(
    'room',
    [...rooms]
      .map(([room, { took, tests }]) => ({ room, took, tests }))
      .sort(most)
      .map(({ room, took, tests }) => [room, seconds(took), tests]),
  ),
);
process.stdout.write(
  table(
    'file',
    files
      .sort(most)
      .slice(0, FILES)
      .map(({ name, took, tests }) => [name, seconds(took), tests.length]),
  ),
);
const slow = files
  .flatMap(({ name, tests }) =>
    tests.map(({ fullName, duration }) => ({ what: `${name}: ${fullName}`, took: duration ?? 0 })),
  )
  .sort(most)
  .slice(0, TESTS);
for (const { what, took } of slow) process.stdout.write(`${seconds(took)} s  ${what}\n`);
