/** A real crate that `--auto-accept-fixes` takes from no configuration to a clean check, and what that took. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import toml from 'toml';
import { progress, tail } from '../../../tools/grant-runs.mjs';
import { grantsOfConfig } from '../../../tools/grants.mjs';
import { fetchRealCrate } from '../../../tools/real-crates.mjs';

/** @typedef {import('../../../tools/grants.mjs').Grant} Grant */
/** @typedef {import('../../../tools/grants.mjs').Found} Found */

/**
 * @typedef {object} Accepted
 * @property {number | null} status exit status
 * @property {number} cargoRuns how often cargo was run, by the JSON report
 * @property {number} units different units that were compiled, by the log
 * @property {number} compilations rustc runs that compiled them, by the log
 * @property {string[]} twice units that were compiled more than once
 * @property {number} buildScripts runs of build scripts
 * @property {number} written fixes that were accepted
 * @property {Set<string>} watched the APIs of the resulting configuration
 * @property {Required<Found>} found the resulting grants, without those that the original cannot name
 * @property {{ status: number | null, problems: number }} after a check without --auto-accept-fixes
 */

/** Where {@link accepted} leaves the crate with its cackle.toml.
 * @param {string} crate @param {string} work */
export const acceptedCopy = (crate, work) => {
  const directory = join(work, 'accepted');
  mkdirSync(directory, { recursive: true });
  return fetchRealCrate(crate, directory).path;
};

/** Always from nothing: no cackle.toml, no target directory.
 * @param {string} cackle @param {string} crate @param {string} work @returns {Accepted} */
export function accepted(cackle, crate, work) {
  rmSync(join(work, 'accepted'), { recursive: true, force: true });
  const path = acceptedCopy(crate, work);
  const configFile = join(path, 'cackle.toml');
  if (existsSync(configFile)) throw new Error(`${crate} comes with a cackle.toml: ${configFile}`);
  const log = join(work, 'accepted.log');
  rmSync(log, { force: true });
  const json = ['-n', '--output-format', 'json', '--path', path];
  const run = cackleRun(cackle, [
    ...json,
    '--auto-accept-fixes',
    ...['--log-file', log, '--log-level', 'debug'],
  ]);
  const report = JSON.parse(run.stdout);
  const compiled = linesOf(log, /^\S+ debug compiled (.*?)(?:: it failed)?$/);
  const counted = new Map();
  for (const unit of compiled) counted.set(unit, (counted.get(unit) ?? 0) + 1);
  const twice = [...counted].filter(([, times]) => times > 1).map(([unit]) => unit.split(' ')[0]);
  if (twice.length !== report.counts.compiledAgain) {
    throw new Error(
      `the log has ${twice.length} units compiled twice, the report ${report.counts.compiledAgain}`,
    );
  }
  progress(`  ${report.counts.cargoRuns} runs of cargo, ${compiled.length} compilations`);
  const text = readFileSync(configFile, 'utf8');
  const watched = new Set(/** @type {string[]} */ (toml.parse(text).common?.import_std ?? []));
  const all = grantsOfConfig(text);
  const checked = cackleRun(cackle, json);
  return {
    status: run.status,
    cargoRuns: report.counts.cargoRuns,
    units: counted.size,
    compilations: compiled.length,
    twice,
    buildScripts: linesOf(log, /^\S+ debug may run (.*)$/).length,
    written: acceptedIn(run.stderr),
    watched,
    found: { ...all, grants: all.grants.filter(({ api }) => api !== 'allow_extern') },
    after: { status: checked.status, problems: JSON.parse(checked.stdout).problems.length },
  };
}

/** How many fixes the list at the end of stderr has.
 * @param {string} stderr */
function acceptedIn(stderr) {
  const list = stderr.slice(stderr.lastIndexOf('written to cackle.toml:\n'));
  return list.split('\n').filter((line) => line.startsWith('  ')).length;
}

/** @param {string} file @param {RegExp} pattern */
function linesOf(file, pattern) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

/** @param {string} cackle @param {string[]} args */
function cackleRun(cackle, args) {
  const run = spawnSync(cackle, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error !== undefined) throw new Error(`${cackle}: ${run.error.message}`);
  if (run.status !== 0 && run.status !== 1) {
    throw new Error(`${cackle} ${args.join(' ')} ended with ${run.status}:\n${tail(run)}`);
  }
  return run;
}

/**
 * The original's grants as compare.mjs last wrote them, for the APIs in `watched` and what is no API.
 * @param {string} result RESULT.md @param {string} crate @param {ReadonlySet<string>} watched
 * @returns {Required<Found>} */
export function keptOriginal(result, crate, watched) {
  const text = readFileSync(result, 'utf8');
  const start = text.indexOf(`\n## All grants: ${crate}\n`);
  if (start < 0) throw new Error(`${result} has no grants of ${crate}: compare.mjs --write`);
  const end = text.indexOf('\n## ', start + 1);
  /** @type {{ grants: Grant[], exports: Grant[] }} */
  const found = { grants: [], exports: [] };
  for (const line of text.slice(start, end < 0 ? undefined : end).split('\n')) {
    const [, name, scope, api, who] =
      /^\| (\S+) +\| (\S+) +\| (\S+) +\| (both|original) +\|$/.exec(line) ?? [];
    if (name === undefined || scope === undefined || api === undefined || who === undefined)
      continue;
    if (!watched.has(api) && !api.startsWith('allow_')) continue;
    const grant = { package: name, scope: /** @type {Grant['scope']} */ (scope), api };
    (scope === 'api' ? found.exports : found.grants).push(grant);
  }
  return found;
}
