// Runs the fuzzers: node test/fuzz/run.mjs [--runs N] [--write] [TARGET...]. README.md tells what they look for.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSeeds } from './seeds.mjs';
import { targets } from './targets.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const work = join(root, 'target/fuzz');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '10000000' },
    write: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs.replaceAll('_', ''));
const wanted = positionals.length > 0 ? positionals : Object.keys(targets);
const unknown = wanted.filter((name) => targets[name] === undefined);
if (!Number.isSafeInteger(runs) || runs < 1 || unknown.length > 0) {
  process.stderr.write(
    `usage: node test/fuzz/run.mjs [--runs N] [--write] [${Object.keys(targets).join('|')}]...\n`,
  );
  process.exit(2);
}

execFileSync(
  'cargo',
  ['+nightly', 'fuzz', 'build', '--fuzz-dir', '.', '-s', 'none', '--no-cfg-fuzzing'],
  {
    cwd: join(here, 'rust'),
    stdio: 'inherit',
  },
);
const made = makeSeeds(join(work, 'seeds'));
const countsFile = join(work, 'counts.json');
const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : {};
let failed = false;
for (const name of wanted) failed = !run(name) || failed;
if (values.write) writeFileSync(join(here, 'RESULT.md'), result());
process.exitCode = failed ? 1 : 0;

/** Runs a target until it has made as many executions as wanted, those of earlier runs included. False when it found something. */
function run(name) {
  const { largest, seeds } = targets[name];
  counts[name] ??= { executions: 0, coverage: 0 };
  const known = counts[name];
  const corpus = join(work, 'corpus', name);
  const found = join(work, 'found');
  for (const directory of [corpus, found]) mkdirSync(directory, { recursive: true });
  const start = typeof seeds === 'string' ? made[seeds] : join(work, 'seeds', name);
  if (typeof seeds !== 'string') {
    mkdirSync(start, { recursive: true });
    for (const [i, text] of seeds.entries()) writeFileSync(join(start, `${i}`), text, 'latin1');
  }
  const left = runs - known.executions;
  if (left <= 0) return true;
  process.stdout.write(`${name}: ${left} executions …\n`);
  const program = join(here, 'rust/target/x86_64-unknown-linux-gnu/release', name);
  const { status, stderr } = spawnSync(
    program,
    [
      ...[
        corpus,
        start,
        `-runs=${left}`,
        `-max_len=${largest}`,
        '-timeout=120',
        '-print_final_stats=1',
      ],
      ...['-rss_limit_mb=2048', '-malloc_limit_mb=1024', `-artifact_prefix=${join(found, name)}-`],
    ],
    { encoding: 'latin1', maxBuffer: 2 ** 30, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  known.executions += Number(/number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? 0);
  known.coverage = Number([...stderr.matchAll(/ cov: (\d+)/g)].at(-1)?.[1] ?? known.coverage);
  writeFileSync(countsFile, JSON.stringify(counts));
  if (status === 0) return true;
  process.stdout.write(
    `${stderr.split('\n').slice(-40).join('\n')}\n${name} found something: ${found}\n`,
  );
  return false;
}

function result() {
  const rows = Object.entries(targets).map(([name, { compared = '' }]) => {
    const { executions = 0, coverage = 0 } = counts[name] ?? {};
    const corpus = join(work, 'corpus', name);
    const inputs = existsSync(corpus) ? readdirSync(corpus).length : 0;
    return `| ${name} | ${executions.toLocaleString('en')} | ${coverage} | ${inputs} | ${compared} |`;
  });
  const findings = readFileSync(join(here, 'RESULT.md'), 'utf8').split('\n## Found\n')[1] ?? '';
  return `# Executions of the fuzzers\n\nWritten by \`npm run fuzz -- --write\`. Coverage counts edges; inputs are those that it keeps apart.\n\n| target | executions | coverage | inputs | compared with |\n|---|---|---|---|---|\n${rows.join('\n')}\n\n## Found\n${findings}`;
}
