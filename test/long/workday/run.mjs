/**
 * `npm run workday [-- --write] [--only NAME]`: a day of work by `cackle cargo` beside one by cargo: the same commands, one after another,
 * each in a target directory of its side, on two programs and on a workspace with trybuild, a macro that reads files and C libraries.
 * Compares exit status, diagnostics, results of tests, programs' output and documentation; prints times as ratios. `--write` keeps
 * the tables in RESULT.md. Exit status 1 where a result differs.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../../setup/ensure.mjs';
import { root } from '../../../setup/paths.mjs';
import { allowAll } from '../../../tools/allow-all.mjs';
import { fetchRealCrate } from '../../../tools/real-crates.mjs';

/** @typedef {{ name: string, path: string, run: readonly string[] }} Workspace */
/** @typedef {{ status: number | null, stdout: string, stderr: string, seconds: number }} Ran */
/** @typedef {{ what: string, cargo: number, ours: number, differs: readonly string[] }} Row */

const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const APIS = ['fs', 'env', 'net', 'unix_sockets', 'process', 'terminate'];

await ensureBuilt();
const place = join(root, 'target', 'workday');
mkdirSync(place, { recursive: true });

/** @returns {readonly Workspace[]} */
function workspaces() {
  const own = join(place, 'workspace');
  rmSync(own, { recursive: true, force: true });
  cpSync(join(import.meta.dirname, 'workspace'), own, { recursive: true });
  return [
    { ...fetchRealCrate('fd', place), run: ['--max-depth', '1', 'toml'] },
    { ...fetchRealCrate('hyperfine', place), run: ['--version'] },
    { name: 'workspace', path: own, run: [] },
  ];
}

const hasNextest = spawnSync('cargo-nextest', ['--version']).status === 0;

/** What is typed on a day, in this order: most of it is built once. @param {Workspace} workspace @returns {readonly (readonly string[])[]} */
const commands = ({ run }) => [
  ['check', '--all-targets'],
  ['clippy', '--all-targets'],
  ['build'],
  ['test', '--all-targets'],
  ...(hasNextest ? [['nextest', 'run']] : []),
  ['doc', '--no-deps'],
  ['run', '--quiet', '--', ...run],
  ['check', '--all-targets'],
];

/** @type {string[]} */
const parts = [];
let isWrong = false;
for (const workspace of workspaces()) {
  if (values.only !== undefined && values.only !== workspace.name) continue;
  const rows = day(workspace);
  const part = tableOf(workspace, rows);
  parts.push(part);
  process.stdout.write(`${part}\n`);
  if (rows.some(({ differs }) => differs.length > 0)) isWrong = true;
}
if (!hasNextest) process.stdout.write('cargo-nextest is not installed, so it was left out\n');
if (values.write) writeFileSync(join(import.meta.dirname, 'RESULT.md'), page());
process.exitCode = isWrong ? 1 : 0;

/** @param {Workspace} workspace @returns {readonly Row[]} */
function day(workspace) {
  const { name, path } = workspace;
  const config = writeConfig(workspace);
  const [ours, plain] = [join(place, `${name}-gated`), join(place, `${name}-plain`)];
  for (const directory of [ours, plain]) rmSync(directory, { recursive: true, force: true });
  return commands(workspace).map((words, i) => {
    process.stderr.write(`${name}: ${words.join(' ')}\n`);
    const alone = measured('cargo', words, path, plain);
    const cackle = [join(root, 'dist', 'cli.js'), '--cackle-path', config, 'cargo', ...words];
    const gated = measured(process.execPath, cackle, path, ours);
    const differs = differences(alone, gated, [plain, ours]);
    if (words[0] === 'doc') differs.push(...documentation(join(plain, 'doc'), join(ours, 'doc')));
    const again = commands(workspace)
      .slice(0, i)
      .some((before) => before.join() === words.join());
    const what = `${words.join(' ')}${again ? ', nothing to do' : ''}`;
    return { what, cargo: alone.seconds, ours: gated.seconds, differs };
  });
}

/** @param {string} program @param {readonly string[]} args @param {string} cwd @param {string} target @returns {Ran} */
function measured(program, args, cwd, target) {
  const started = performance.now();
  const ran = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, CARGO_TARGET_DIR: target, CARGO_TERM_COLOR: 'never' },
  });
  const { status, stdout, stderr } = ran;
  return { status, stdout, stderr, seconds: (performance.now() - started) / 1000 };
}

/** What has to be the same of two runs, one line each. @param {Ran} alone @param {Ran} gated @param {readonly [string, string]} targets */
function differences(alone, gated, [plain, ours]) {
  const differs = [];
  if (alone.status !== gated.status)
    differs.push(`status ${alone.status} and ${gated.status}: ${gated.stderr.trim().slice(-600)}`);
  const [theirs, own] = [linesOf(alone, plain), linesOf(gated, ours)];
  const missing = theirs.filter((line) => !own.includes(line));
  const more = own.filter((line) => !theirs.includes(line));
  for (const line of missing) differs.push(`cargo alone: ${line}`);
  for (const line of more) differs.push(`behind the gates: ${line}`);
  return differs;
}

/** The lines of diagnostics, results and programs, without times, hashes and what is built in which order. @param {Ran} ran @param {string} target */
function linesOf({ stdout, stderr }, target) {
  const progress =
    /^\s*(?:Compiling|Checking|Finished|Running|Documenting|Generated|Downloaded|Downloading|Blocking|Executable|Doc-tests|Starting|Summary|PASS|SLOW|Nextest|Cancelling)\b|^\s*\u2500/;
  return `${stdout}\n${stderr}`
    .split('\n')
    .map((line) =>
      line
        .replaceAll(target, '(target)')
        .replace(/\b\d+\.\d+s\b|\[ *\d+\.\d+s\]/g, '(time)')
        .replace(/-[0-9a-f]{16}\b/g, '-(hash)')
        .replace(/\(\d+\)/g, '(n)')
        .trimEnd(),
    )
    .filter((line) => line !== '' && !progress.test(line));
}

/** Files that only one side has, or that differ. @param {string} plain @param {string} ours */
function documentation(plain, ours) {
  const [theirs, own] = [hashes(plain), hashes(ours)];
  return [...new Set([...theirs.keys(), ...own.keys()])]
    .filter((file) => theirs.get(file) !== own.get(file))
    .map((file) => `doc/${file} differs`);
}

/** @param {string} directory @returns {Map<string, string>} */
function hashes(directory) {
  if (!existsSync(directory)) return new Map();
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile() && entry.name !== '.lock')
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
        return [relative(directory, file), hash];
      }),
  );
}

/** All may be built and run, in sandboxes: a day of work has no news. @param {Workspace} workspace */
function writeConfig({ name, path }) {
  const file = join(place, `${name}.toml`);
  const tableOf = (/** @type {boolean} */ _, /** @type {string} */ all) =>
    `allow_apis = ${all}\nfrom.test.allow_apis = ${all}\ntest.allow_apis = ${all}\n`;
  writeFileSync(file, allowAll(path, { apis: APIS, sandbox: 'Bubblewrap', tableOf }));
  return file;
}

/** @param {Workspace} workspace @param {readonly Row[]} rows */
function tableOf({ name }, rows) {
  const sum = (/** @type {'cargo' | 'ours'} */ side) =>
    rows.reduce((all, row) => all + row[side], 0);
  const all = { what: 'the whole day', cargo: sum('cargo'), ours: sum('ours'), differs: [] };
  const seconds = (/** @type {number} */ time) => time.toFixed(1);
  return `## ${name}

| command | cargo, s | cackle cargo, s | ratio | results |
|---|---|---|---|---|
${[...rows, all].map(({ what, cargo, ours, differs }) => `| ${what} | ${seconds(cargo)} | ${seconds(ours)} | ${(ours / cargo).toFixed(2)} | ${differs.length === 0 ? 'the same' : `${differs.length} lines differ`} |\n`).join('')}
${rows.flatMap(({ what, differs }) => differs.slice(0, 12).map((line) => `- ${what}: ${line}\n`)).join('')}`;
}

function page() {
  const { stdout } = spawnSync('rustc', ['--version'], { encoding: 'utf8' });
  return `# A day of work behind the gates: the last long run

Written by \`npm run workday -- --write\`; do not edit. By ${stdout.trim()}; build scripts, proc macros and tests in Bubblewrap. Both sides begin
with an empty target directory, and compared are exit status, diagnostics, results of tests, what programs print, and documentation.

${parts.join('\n')}`;
}
