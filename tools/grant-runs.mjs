/** Runs the two programs on one crate, each from no permission to all that it asks for. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import toml from 'toml';
import { configText, grantsOfConfig, key, minimal } from './grants.mjs';

/** @typedef {import('./grants.mjs').Grant} Grant */
/** @typedef {import('./grants.mjs').Found} Found */

const repository = join(import.meta.dirname, '..');
/** The version of the original that this program is compared with. */
export const ORIGINAL_VERSION = '0.9.0';
/** More rounds than any crate needs: each must add a grant, and held units come a layer at a time. */
const MOST_ROUNDS = 12;

/** @param {string} text */
export const progress = (text) => process.stderr.write(`${text}\n`);

/** The original's program: `given`, or that in the clone's target directory, which is built there when it is missing and
 * `install` is set. @param {string | undefined} given @param {boolean} install */
export function originalProgram(given, install) {
  const root = join(repository, 'target', 'original');
  const program = resolve(given ?? join(root, 'bin', 'cargo-acl'));
  if (!existsSync(program) && given === undefined && install) installOriginal(root);
  if (!existsSync(program)) {
    throw new Error(`${program} does not exist; give --original FILE, or --install to build it`);
  }
  return program;
}

/** Builds the original into `root`, where `bin/cargo-acl` is then.
 * @param {string} root */
function installOriginal(root) {
  const args = ['install', '--locked', 'cargo-acl', '--version', ORIGINAL_VERSION, '--root', root];
  progress(`cargo ${args.join(' ')}`);
  const run = spawnSync('cargo', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (run.status !== 0) throw new Error(`cargo ${args.join(' ')} ended with ${run.status}`);
}

/**
 * THE ONE PLACE THAT KNOWS OUR COMMAND LINE. Checks the package in `path` against `configFile` and
 * gives every use that needs a permission. API uses are given whether `configFile` allows them or not.
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
  return { grants: grants.map(asRule), exports };
}

/** An instruction as the rule that is offered for it: its value may hold a commit or a path.
 * @param {Grant} grant @returns {Grant} */
function asRule(grant) {
  const instruction = /^(allow_build_instructions=[^=]+=)/.exec(grant.api);
  return instruction === null ? grant : { ...grant, api: `${instruction[1]}*` };
}

/**
 * Ours from no permission to all that is asked for. A refused build script or proc macro holds
 * back what needs it, so each round allows what the last one found, until nothing new comes.
 * @param {string} cackle @param {string} path @param {string} work
 * @param {string | undefined} features @param {Found} original @returns {Required<Found>}
 */
export function allOurGrants(cackle, path, work, features, original) {
  const configFile = join(work, 'cackle.toml');
  /** @type {Map<string, Grant>} */
  const grants = new Map();
  /** @type {Map<string, Grant>} */
  const exported = new Map();
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const started = performance.now();
    writeFileSync(configFile, configText(features, [...grants.values()], [...exported.values()]));
    const found = ourGrants(cackle, path, configFile);
    const before = grants.size + exported.size;
    for (const grant of found.grants) grants.set(key(grant), grant);
    // Without a word on exports, both are judged by the APIs that the original ended with.
    const exports = found.exports ?? original.exports ?? [];
    for (const grant of exports) exported.set(key(grant), grant);
    progress(
      `  ours, round ${round}: ${grants.size} grants, ${exported.size} exported APIs, ${since(started)}`,
    );
    if (grants.size + exported.size === before) {
      return { grants: minimal([...grants.values()]), exports: [...exported.values()] };
    }
  }
  throw new Error(`still new grants after ${MOST_ROUNDS} rounds in ${path}`);
}

/** The original's grants: it accepts its own best fix for each problem until none is left.
 * Kept in `work` until the tool, the compiler or the start configuration changes.
 * @param {string} original @param {string} path @param {string} work
 * @param {string | undefined} features @returns {Required<Found>} */
export function originalGrants(original, path, work, features) {
  const start = configText(features, [], []);
  const stamp = createHash('sha256')
    .update([output(original, ['acl', '--version']), output('rustc', ['-vV']), start].join('\0'))
    .digest('hex');
  const configFile = join(work, `original-${stamp.slice(0, 16)}.toml`);
  if (existsSync(configFile)) {
    progress(`  original: as it ended before; remove ${configFile} to run it again`);
  } else {
    const working = join(path, 'cackle.toml');
    writeFileSync(working, start);
    for (let round = 1; ; round++) {
      const started = performance.now();
      const before = readFileSync(working, 'utf8');
      const run = spawnSync(original, ['acl', '-n', '--auto-accept-fixes', '--path', path], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      const after = readFileSync(working, 'utf8');
      progress(`  original, round ${round}: exit status ${run.status}, ${since(started)}`);
      // What it judged before it widened an API was judged by the narrower one.
      if (run.status === 0 && apisOf(after) === apisOf(before)) break;
      if (after === before || round === MOST_ROUNDS) {
        throw new Error(`the original does not come to an end in ${path}:\n${tail(run)}`);
      }
    }
    cpSync(working, configFile);
  }
  return grantsOfConfig(readFileSync(configFile, 'utf8'));
}

/** The definitions of APIs in a configuration.
 * @param {string} config */
const apisOf = (config) => JSON.stringify(toml.parse(config).api ?? {});

/** What a program prints; throws when it fails.
 * @param {string} program @param {string[]} args */
export function output(program, args) {
  const run = spawnSync(program, args, { encoding: 'utf8' });
  if (run.error !== undefined || run.status !== 0) {
    throw new Error(`${program} ${args.join(' ')} failed: ${run.error?.message ?? run.stderr}`);
  }
  return run.stdout;
}

/** @param {number} started */
const since = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** The last lines of what a program printed.
 * @param {{ stdout: string, stderr: string }} run */
export const tail = (run) =>
  `${run.stdout}\n${run.stderr}`.trim().split('\n').slice(-30).join('\n');
