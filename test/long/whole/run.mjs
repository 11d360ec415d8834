/**
 * `npm run whole [-- --write]`: all tests, of which `npm test` takes a sample: every row of every table, and the whole corpus of
 * evasions. `--write` keeps the counts in RESULT.md. Exit status that of the tests.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../../setup/paths.mjs';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const { status } = spawnSync(process.execPath, [join(root, 'setup', 'test.mjs')], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, SUITE: 'whole', EVASIONS: 'all' },
});
if (values.write) {
  if (status === 0) writeFileSync(join(import.meta.dirname, 'RESULT.md'), page());
  else process.stderr.write('RESULT.md stays as it was: it has counts of runs without a failure\n');
}
process.exitCode = status ?? 1;

function page() {
  /** @type {{ startTime: number, testResults: { name: string, endTime: number, assertionResults: { status: string }[] }[] }} */
  const report = JSON.parse(readFileSync(join(root, 'target', 'vitest.json'), 'utf8'));
  /** @type {Map<string, { passed: number, skipped: number }>} */
  const rooms = new Map();
  for (const { name, assertionResults } of report.testResults) {
    const room = dirname(name.slice(join(root, 'test').length + 1));
    const counts = rooms.get(room) ?? { passed: 0, skipped: 0 };
    for (const { status } of assertionResults) counts[status === 'passed' ? 'passed' : 'skipped']++;
    rooms.set(room, counts);
  }
  const minutes = (Math.max(...report.testResults.map((r) => r.endTime)) - report.startTime) / 60e3;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  });
  const rows = [...rooms].sort().map(([room, { passed, skipped }]) => {
    return `| ${room === '.' ? 'the rest' : room} | ${passed} | ${skipped} |\n`;
  });
  const [passed, failed] = readFileSync(join(root, 'target', 'test-counts'), 'utf8')
    .trim()
    .split(' ');
  return `# All tests: the last whole run

Written by \`npm run whole -- --write\`; do not edit. Of commit ${commit.trim()}: ${passed} passed, ${failed} failed, those of the crates with
them; the suite took ${minutes.toFixed(0)} minutes.

| room | passed | skipped |
|---|---|---|
${rows.join('')}`;
}
