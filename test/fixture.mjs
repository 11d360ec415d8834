// npm run fixture NAME [-- --bless] [-- OPTIONS OF CACKLE]: copies a fixture, checks it and shows the report, and how it differs
// from the fixture's marks. `--bless` writes the marks anew.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const cli = join(root, 'dist', 'cli.js');

const [name, ...rest] = process.argv.slice(2);
const options = rest.filter((option) => option !== '--bless');
const blesses = options.length < rest.length;

/** @type {typeof import('./support/fixture-tool.ts')} */
const { bless, fixture, fixtureNames, markFaults, unchangedFixture } = await bundled();

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}

/** The exit status: 0 when the report is what the marks say, or was not compared with them. */
function main() {
  if (name === undefined || name.startsWith('-')) {
    process.stdout.write(`${fixtureNames().join('\n')}\n`);
    throw new Error('npm run fixture NAME: which of these?');
  }
  const directory = fixture(name, { as: `shown/${name.split('/')[0]}` });
  process.stderr.write(`${directory}\n`);
  const shown = cackle(['-n', '--path', directory, ...options], 'inherit');
  if (shown.status !== 0 && shown.status !== 1) return shown.status ?? 2;
  const copy = options.length === 0 ? unchangedFixture(directory) : undefined;
  if (copy === undefined) {
    process.stderr.write('marks: not compared, they are about a check without options\n');
    return 0;
  }
  const json = cackle(['-n', '--output-format', 'json', '--path', directory], 'pipe').stdout;
  const report = JSON.parse(json.trim().split('\n').at(-1) ?? '');
  if (blesses) bless(report, copy);
  const faults = markFaults(report, copy);
  const end = faults.length === 0 ? 'as reported' : `\n  ${faults.join('\n  ')}`;
  process.stderr.write(`marks: ${end}\n`);
  return faults.length === 0 ? 0 : 1;
}

/**
 * @param {readonly string[]} args
 * @param {'inherit' | 'pipe'} stdout
 */
function cackle(args, stdout) {
  return spawnSync(process.execPath, [cli, ...args], {
    stdio: ['ignore', stdout, stdout],
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  });
}

/** Loads what tests use of fixtures, which is TypeScript. */
async function bundled() {
  const outfile = join(root, 'target', 'fixture-tool.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'support', 'fixture-tool.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}
