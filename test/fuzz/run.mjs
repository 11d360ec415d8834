// Runs the fuzzers: node test/fuzz/run.mjs [--runs N] [--keep] [--write] [TARGET...]. README.md tells what they look for.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareWithBinutils } from './binutils.mjs';
import { keep, unpackKept } from './corpus.mjs';
import { prepare } from './programs.mjs';
import { targets, targetsInTypeScript } from './targets.mjs';

/** @typedef {import('./programs.mjs').Fuzzer} Fuzzer */

const here = import.meta.dirname;
const work = join(here, '../../target/fuzz');
const all = { ...targets, ...targetsInTypeScript };
/** What fails lies here. */
const found = join(work, 'found');
/** So long a fuzzer runs at once: what it did is counted when it ends. */
const SLICE_SECONDS = 600;
/** libFuzzer's status when it is interrupted. */
const INTERRUPTED = 72;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '10000000' },
    keep: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs.replaceAll('_', ''));
const names = [...Object.keys(all), 'binutils'];
const wanted = positionals.length > 0 ? positionals : names;
if (!Number.isSafeInteger(runs) || runs < 0 || wanted.some((name) => !names.includes(name))) {
  process.stderr.write(
    `usage: node test/fuzz/run.mjs [--runs N] [--keep] [--write] [${names.join('|')}]...\n`,
  );
  process.exit(2);
}

mkdirSync(found, { recursive: true });
const countsFile = join(work, 'counts.json');
const readCounts = () =>
  existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : {};
let failed = false;
const fuzzed = wanted.filter((name) => name !== 'binutils');
if (fuzzed.length > 0) {
  const programs = await prepare(fuzzed, work);
  for (const name of fuzzed) {
    const program = programs.get(name);
    if (program === undefined) throw new Error(`${name} was not built`);
    failed = !run(name, program) || failed;
    if (values.keep) minimise(name, program);
  }
}
if (wanted.includes('binutils')) failed = !(await binutils()) || failed;
if (values.write) writeFileSync(join(here, 'RESULT.md'), result());
process.exitCode = failed ? 1 : 0;

/** Adds to what is counted of a target; another run may count others at the same time.
 * @param {string} name @param {Readonly<Record<string, number>>} about */
function count(name, about) {
  const counts = readCounts();
  counts[name] = { ...counts[name], ...about };
  writeFileSync(countsFile, JSON.stringify(counts, null, 1));
}

/** Runs a target until it has made as many executions as wanted, those of earlier runs included. False when it found something.
 * @param {string} name @param {Fuzzer} fuzzer */
function run(name, { start, seeds, largest }) {
  const corpus = join(work, 'corpus', name);
  const kept = join(work, 'kept', name);
  mkdirSync(corpus, { recursive: true });
  unpackKept(name, kept);
  for (;;) {
    const { executions = 0 } = readCounts()[name] ?? {};
    const left = runs - executions;
    if (left <= 0) return true;
    process.stdout.write(`${name}: ${left} executions …\n`);
    const { status, signal, log } = execute(name, start, [
      ...[corpus, kept, seeds],
      ...[`-runs=${left}`, `-max_total_time=${SLICE_SECONDS}`, `-max_len=${largest}`],
      ...['-timeout=120', '-print_final_stats=1', '-rss_limit_mb=2048', '-malloc_limit_mb=1024'],
      `-artifact_prefix=${join(found, name)}-`,
    ]);
    const done = Number(/number_of_executed_units: (\d+)/.exec(log)?.[1] ?? 0);
    const coverage = Number([...log.matchAll(/ cov: (\d+)/g)].at(-1)?.[1] ?? 0);
    count(name, { executions: executions + done, coverage });
    if (status === INTERRUPTED) return true;
    if (status === 0 && done > 0) continue;
    const end = log.split('\n').slice(-40).join('\n');
    process.stdout.write(`${end}\n${name} ended with ${status ?? signal}: ${found}\n`);
    return false;
  }
}

/** Keeps of a target's inputs those that together reach all that any reaches.
 * @param {string} name @param {Fuzzer} fuzzer */
function minimise(name, { start, seeds, largest }) {
  const small = join(work, 'small', name);
  rmSync(small, { recursive: true, force: true });
  mkdirSync(small, { recursive: true });
  const from = [join(work, 'corpus', name), join(work, 'kept', name), seeds];
  const { status, log } = execute(`${name}-merge`, start, [
    small,
    ...from,
    '-merge=1',
    `-max_len=${largest}`,
  ]);
  if (status !== 0) throw new Error(`${name} cannot be minimised:\n${log.slice(-2000)}`);
  const { kept, left } = keep(name, small);
  process.stdout.write(`${name}: ${kept} inputs kept, ${left} left out\n`);
}

/** @param {string} logged @param {Fuzzer['start']} start @param {readonly string[]} given */
function execute(logged, start, given) {
  const { program, args, env } = start(given);
  const logs = join(work, 'logs');
  mkdirSync(logs, { recursive: true });
  const file = join(logs, logged);
  const out = openSync(file, 'w');
  const { status, signal } = spawnSync(program, args, {
    cwd: work,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', out],
  });
  closeSync(out);
  return { status, signal, log: readFileSync(file, 'latin1') };
}

async function binutils() {
  const { differences, ...compared } = await compareWithBinutils(work);
  count('binutils', compared);
  for (const difference of differences) process.stdout.write(`${difference}\n`);
  process.stdout.write(
    `binutils: ${JSON.stringify(compared)}, ${differences.length} differences\n`,
  );
  return differences.length === 0;
}

function result() {
  const counts = readCounts();
  const rows = Object.entries(all).map(([name, { compared = '' }]) => {
    const { executions = 0, coverage = 0 } = counts[name] ?? {};
    const corpus = join(work, 'corpus', name);
    const inputs = existsSync(corpus) ? readdirSync(corpus).length : 0;
    return `| ${name} | ${executions.toLocaleString('en')} | ${coverage} | ${inputs} | ${compared} |`;
  });
  const findings = readFileSync(join(here, 'RESULT.md'), 'utf8').split('\n## Found\n')[1] ?? '';
  return `# Executions of the fuzzers\n\nWritten by \`npm run fuzz -- --write\`. Coverage counts edges; inputs are those that it keeps apart.\n\n| target | executions | coverage | inputs | compared with |\n|---|---|---|---|---|\n${rows.join('\n')}\n\n${besideBinutils(counts.binutils)}\n\n## Found\n${findings}`;
}

/** @param {Readonly<Record<string, number>> | undefined} compared */
function besideBinutils(compared) {
  if (compared === undefined) return 'Not compared with binutils yet.';
  const { files, passedOver, symbols, references, places } = compared;
  return `Compared with binutils: ${files} objects (${passedOver} damaged ones passed over), ${symbols} symbols, ${references} names that relocations want, places and inlined calls of ${places} references.`;
}
