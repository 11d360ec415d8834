/**
 * What a new user meets: published crates, each from nothing through `init`, `-n`, `-n --auto-accept-fixes`, `-n`, `-n`
 * without one of the grants, and `test`.
 *
 * `node test/long/real/first-check.mjs DIR [NAME@VERSION...]` prints rows for test/long/real/RESULT-crates.md; the outputs stay in DIR.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchCrate } from '../../../tools/real-crates.mjs';

const cackle = join(import.meta.dirname, '..', '..', '..', 'cackle');
const CRATES = [
  'lz4@1.28.1',
  'hexyl@0.17.0',
  'sd@1.0.0',
  'mini-redis@0.4.1',
  'b3sum@1.8.7',
  'bore-cli@0.6.0',
];

/** @typedef {import('../../../engine/problems/report.ts').CheckReport} CheckReport */
/** @typedef {CheckReport['problems'][number] & { severity: 'error' | 'warning' }} Problem */
/** @typedef {Omit<CheckReport, 'problems'> & { problems: readonly Problem[] }} Told */
/** @typedef {{ status: number | null, seconds: number, json: Told | undefined }} Step */

/** Runs one command in the crate, keeps what it said beside it.
 * @param {string} path @param {string} name @param {string[]} args @returns {Step} */
function step(path, name, args) {
  const started = performance.now();
  const run = spawnSync(cackle, args, { cwd: path, encoding: 'utf8', maxBuffer: 1 << 28 });
  const seconds = (performance.now() - started) / 1000;
  writeFileSync(`${path}.${name}.out`, run.stdout);
  writeFileSync(`${path}.${name}.err`, run.stderr);
  let json;
  if (args.includes('json')) {
    try {
      json = JSON.parse(run.stdout);
    } catch {
      json = undefined;
    }
  }
  return { status: run.status, seconds, json };
}

/** The configuration without the last package that is allowed an API, or nothing when there is none.
 * @param {string} text */
function withoutOneGrant(text) {
  const at = text.lastIndexOf('\nallow_apis = ');
  if (at < 0) return undefined;
  const end = text.indexOf(']', at);
  return text.slice(0, at) + text.slice(end + 1);
}

/** The row of one crate. @param {string} dir @param {string} crate */
function row(dir, crate) {
  const [name = '', version = ''] = crate.split('@');
  const path = fetchCrate(name, version, join(dir, name));
  rmSync(join(path, 'target'), { recursive: true, force: true });
  rmSync(join(path, 'cackle.toml'), { force: true });
  const json = ['-n', '--output-format', 'json'];
  const init = step(path, 'init', ['init']);
  const first = step(path, 'first', json);
  const accept = step(path, 'accept', ['-n', '--auto-accept-fixes', '--output-format', 'json']);
  const clean = [0, 1, 2].map(() => step(path, 'clean', json));
  const config = join(path, 'cackle.toml');
  const written = existsSync(config) ? readFileSync(config, 'utf8') : '';
  const less = withoutOneGrant(written);
  let held = clean.slice(0, 0);
  if (less !== undefined) {
    writeFileSync(config, less);
    held = [0, 1, 2].map(() => step(path, 'less', json));
    writeFileSync(config, written);
    step(path, 'back', json);
  }
  const test = step(path, 'test', ['test']);
  const best = (/** @type {Step[]} */ steps) => Math.min(...steps.map((one) => one.seconds));
  const again = [first, accept, ...clean].map((one) => one.json?.counts?.compiledAgain ?? '?');
  return [
    crate,
    first.json?.counts?.packages,
    [init, first, accept, clean[0], test].map((one) => one?.status).join(', '),
    [init, first, accept, clean[0], test].map((one) => one?.seconds.toFixed(1)).join(', '),
    again.join(', '),
    written.match(/^\[pkg\./gm)?.length ?? 0,
    (first.json?.problems ?? []).length,
    `${(clean.at(-1)?.json?.problems ?? []).filter((p) => p.severity === 'warning').length}`,
    held.length === 0 ? '-' : `${held[0]?.status}: ${(best(held) / best(clean)).toFixed(2)}`,
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [dir, ...wanted] = process.argv.slice(2);
  if (dir === undefined) {
    process.stderr.write('usage: node test/long/real/first-check.mjs DIR [NAME@VERSION...]\n');
    process.exitCode = 2;
  } else {
    for (const crate of wanted.length > 0 ? wanted : CRATES) {
      process.stdout.write(`| ${row(resolve(dir), crate).join(' | ')} |\n`);
    }
  }
}
