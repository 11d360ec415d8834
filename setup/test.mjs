// `npm test`: the same set-up as ./cackle, then the crates' tests and the suite; counts go to target/test-counts.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addComponents } from './components.mjs';
import { ensureBuilt } from './ensure.mjs';
import { root } from './paths.mjs';
import { addTargets } from './targets.mjs';

const counts = join(root, 'target', 'test-counts');
const results = join(root, 'target', 'vitest.json');
mkdirSync(join(root, 'target'), { recursive: true });
rmSync(counts, { force: true });
rmSync(results, { force: true });

try {
  await ensureBuilt();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exit(2);
}
addTargets();
addComponents();
// Beside each other: at the end of each a core would have nothing to do.
const [crates, shim, launcher] = await Promise.all([
  run('cargo', ['test', '--workspace', '--locked', '--no-fail-fast'], true),
  run('cargo', testsOf('shim'), true),
  run('cargo', testsOf('launcher'), true),
]);
const suite = await run(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
  ],
  false,
);
let passed = crates.passed + shim.passed + launcher.passed;
let failed = crates.failed + shim.failed + launcher.failed;
try {
  const json = JSON.parse(readFileSync(results, 'utf8'));
  passed += json.numPassedTests;
  failed +=
    json.numFailedTests + (json.numFailedTestSuites > 0 && json.numFailedTests === 0 ? 1 : 0);
} catch {
  failed += 1;
}
const statuses = {
  'cargo test': crates.status,
  'cargo test of the shim': shim.status,
  'cargo test of the launcher': launcher.status,
  vitest: suite.status,
};
const ended = Object.entries(statuses).filter(([, status]) => status !== 0);
for (const [name, status] of ended) process.stderr.write(`error: ${name}: exit status ${status}\n`);
if (failed === 0 && ended.length > 0) failed = 1;
writeFileSync(counts, `${passed} ${failed}\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** The arguments of `cargo test` for a package of its own. @param {string} name @returns {string[]} */
function testsOf(name) {
  const manifest = ['--manifest-path', `engine/${name}/Cargo.toml`];
  return ['test', '--locked', ...manifest, '--target-dir', `target/${name}`];
}

/** Runs a program; shows its output, at the end what is read to count what `cargo test` says of its tests.
 * @param {string} program @param {readonly string[]} args @param {boolean} count
 * @returns {Promise<{ status: number, passed: number, failed: number }>} */
function run(program, args, count) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', count ? 'pipe' : 'inherit', 'inherit'],
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', () => done({ status: 1, passed: 0, failed: 1 }));
    child.on('close', (status) => {
      process.stdout.write(text);
      const sum = (/** @type {RegExp} */ pattern) =>
        [...text.matchAll(pattern)].reduce((total, m) => total + Number(m[1]), 0);
      done({
        status: status ?? 1,
        passed: sum(/test result: .* (\d+) passed/g),
        failed: sum(/test result: .*; (\d+) failed/g),
      });
    });
  });
}
