/**
 * Compares our grants with those of the original on real crates; see README.md beside this file.
 * Writes a Markdown table to stdout. Exit status: 0 every difference is explained, 1 some is not,
 * 2 the comparison could not be made.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchRealCrate, REAL_CRATES } from '../real-crates.mjs';
import { configText, grantsOfConfig, key, minimal } from './grants.mjs';

/** @typedef {import('./grants.mjs').Grant} Grant */
/** @typedef {import('./grants.mjs').Found} Found */

const here = dirname(fileURLToPath(import.meta.url));
const repository = dirname(dirname(here));
const ORIGINAL_VERSION = '0.9.0';
/** More rounds than any crate needs: each must add a grant, and held units come a layer at a time. */
const MOST_ROUNDS = 12;

/**
 * THE ONE PLACE THAT KNOWS OUR COMMAND LINE. Checks the package in `path` against `configFile` and
 * gives every use that needs a permission, whether `configFile` allows it or not.
 * @param {string} cackle @param {string} path @param {string} configFile @returns {Found}
 */
function ourGrants(cackle, path, configFile) {
  const report = join(dirname(configFile), 'our-grants.json');
  rmSync(report, { force: true });
  const args = ['-n', '--path', path, '--cackle-path', configFile, '--grants-json', report];
  const run = spawnSync(cackle, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error !== undefined) throw new Error(`${cackle}: ${run.error.message}`);
  if ((run.status !== 0 && run.status !== 1) || !existsSync(report)) {
    throw new Error(`${cackle} ${args.join(' ')} ended with ${run.status}:\n${tail(run)}`);
  }
  const { grants, exports } = JSON.parse(readFileSync(report, 'utf8'));
  if (!Array.isArray(grants)) throw new Error(`${report} has no array "grants"`);
  return { grants, exports };
}

/**
 * Ours from no permission to all that is asked for. A refused build script or proc macro holds
 * back what needs it, so each round allows what the last one found, until nothing new comes.
 * @param {string} cackle @param {string} path @param {string} work
 * @param {string | undefined} features @param {Found} original
 */
function allOurGrants(cackle, path, work, features, original) {
  const configFile = join(work, 'cackle.toml');
  /** @type {Map<string, Grant>} */
  const grants = new Map();
  /** @type {Map<string, Grant>} */
  const exported = new Map();
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    writeFileSync(configFile, configText(features, [...grants.values()], [...exported.values()]));
    const found = ourGrants(cackle, path, configFile);
    const before = grants.size + exported.size;
    for (const grant of found.grants) grants.set(key(grant), grant);
    // Without a word on exports, both are judged by the APIs that the original ended with.
    const exports = found.exports ?? original.exports ?? [];
    for (const grant of exports) exported.set(key(grant), grant);
    progress(`  round ${round}: ${grants.size} grants, ${exported.size} exported APIs`);
    if (grants.size + exported.size === before) {
      return { grants: minimal([...grants.values()]), exports: [...exported.values()] };
    }
  }
  throw new Error(`still new grants after ${MOST_ROUNDS} rounds in ${path}`);
}

/** The original's grants: it accepts its own best fix for each problem until none is left.
 * Kept in `work` until the tool, the compiler or the start configuration changes.
 * @param {string} original @param {string} path @param {string} work
 * @param {string | undefined} features @returns {Found} */
function originalGrants(original, path, work, features) {
  const start = configText(features, [], []);
  const stamp = createHash('sha256')
    .update([output(original, ['acl', '--version']), output('rustc', ['-vV']), start].join('\0'))
    .digest('hex');
  const configFile = join(work, `original-${stamp.slice(0, 16)}.toml`);
  if (!existsSync(configFile)) {
    const working = join(path, 'cackle.toml');
    writeFileSync(working, start);
    for (let round = 1; ; round++) {
      const before = readFileSync(working, 'utf8');
      const run = spawnSync(original, ['acl', '-n', '--auto-accept-fixes', '--path', path], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      const settled = readFileSync(working, 'utf8') === before;
      progress(`  original, round ${round}: exit status ${run.status}`);
      if (settled && run.status === 0) break;
      if (settled || round === MOST_ROUNDS) {
        throw new Error(`the original does not come to an end in ${path}:\n${tail(run)}`);
      }
    }
    cpSync(working, configFile);
  }
  return grantsOfConfig(readFileSync(configFile, 'utf8'));
}

/**
 * @typedef {object} Explanation why a difference is right; a missing field matches anything, a
 *   trailing `*` any rest
 * @property {string} [crate] @property {string} [package] @property {string} [scope]
 * @property {string} [api] @property {'ours' | 'original'} who @property {string} why
 */

/** @param {readonly Explanation[]} explanations @param {string} crate @param {Grant} grant
 * @param {string} who */
function explain(explanations, crate, grant, who) {
  const fits = (/** @type {string | undefined} */ pattern, /** @type {string} */ text) =>
    pattern === undefined ||
    (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern);
  return explanations.find(
    (e) =>
      e.who === who &&
      fits(e.crate, crate) &&
      fits(e.package, grant.package) &&
      fits(e.scope, grant.scope) &&
      fits(e.api, grant.api),
  )?.why;
}

/** @param {string} crate @param {Found} original @param {Found | undefined} ours
 * @param {readonly Explanation[]} explanations */
function table(crate, original, ours, explanations) {
  const rows = (/** @type {Found | undefined} */ found) => {
    const all = [...(found?.grants ?? []), ...(found?.exports ?? [])];
    return new Map(all.map((grant) => [key(grant), grant]));
  };
  const theirs = rows(original);
  const own = rows(ours);
  const counts = { both: 0, original: 0, ours: 0, unexplained: 0 };
  const lines = [`## ${crate}`, ''];
  lines.push('| package | scope | API | found by | why |', '|---|---|---|---|---|');
  const all = [...new Map([...theirs, ...own])].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, grant] of all) {
    const who = !theirs.has(id) ? 'ours' : ours !== undefined && own.has(id) ? 'both' : 'original';
    counts[who]++;
    let why = '';
    if (who !== 'both' && ours !== undefined) {
      const explanation = explain(explanations, crate, grant, who);
      if (explanation === undefined) counts.unexplained++;
      why = explanation ?? '**unexplained**';
    }
    lines.push(`| ${grant.package} | ${grant.scope} | ${grant.api} | ${who} | ${why} |`);
  }
  lines.push(
    '',
    `${counts.both} found by both, ${counts.original} by the original alone, ${counts.ours} by ours ` +
      `alone; ${counts.unexplained} differences without an explanation.`,
    '',
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  return counts.unexplained;
}

/** @param {string} program @param {string[]} args */
function output(program, args) {
  const run = spawnSync(program, args, { encoding: 'utf8' });
  if (run.error !== undefined || run.status !== 0) {
    throw new Error(`${program} ${args.join(' ')} failed: ${run.error?.message ?? run.stderr}`);
  }
  return run.stdout;
}

/** @param {{ stdout: string, stderr: string }} run */
const tail = (run) => `${run.stdout}\n${run.stderr}`.trim().split('\n').slice(-30).join('\n');

/** @param {string} text */
const progress = (text) => process.stderr.write(`${text}\n`);

/** @param {string} root where `bin/cargo-acl` goes */
function installOriginal(root) {
  const args = ['install', '--locked', 'cargo-acl', '--version', ORIGINAL_VERSION, '--root', root];
  const run = spawnSync('cargo', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (run.status !== 0) throw new Error(`cargo ${args.join(' ')} ended with ${run.status}`);
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      crates: { type: 'string', default: join(repository, 'target', 'differential') },
      original: { type: 'string' },
      cackle: { type: 'string', default: join(repository, 'cackle') },
      install: { type: 'boolean', default: false },
      'only-original': { type: 'boolean', default: false },
    },
  });
  const installed = join(repository, 'target', 'original');
  if (values.install && !existsSync(join(installed, 'bin', 'cargo-acl')))
    installOriginal(installed);
  const original = resolve(values.original ?? join(installed, 'bin', 'cargo-acl'));
  if (!existsSync(original)) {
    throw new Error(`${original} does not exist; give --original FILE, or --install to build it`);
  }
  /** @type {Explanation[]} */
  const explanations = JSON.parse(readFileSync(join(here, 'explained.json'), 'utf8'));
  const judged = REAL_CRATES.filter((crate) => crate.role === 'judged').map((crate) => crate.name);
  let unexplained = 0;
  for (const name of positionals.length > 0 ? positionals : judged) {
    progress(name);
    // Each tool has its own copy: the original cleans the target directory that it uses.
    const work = resolve(values.crates, name);
    const copy = (/** @type {string} */ side) => {
      mkdirSync(join(work, side), { recursive: true });
      return fetchRealCrate(name, join(work, side));
    };
    const crate = copy('original');
    const theirs = originalGrants(original, crate.path, work, crate.features);
    const ours = values['only-original']
      ? undefined
      : allOurGrants(resolve(values.cackle), copy('ours').path, work, crate.features, theirs);
    unexplained += table(name, theirs, ours, explanations);
  }
  return unexplained === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`compare: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
