/** A workspace that follows a state, and the checks made of it: where it stands, and from clean beside it. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emptyCache } from '../../support/cache.mjs';
import { writeBehindTime } from './damage.mjs';
import { choices, environmentOf } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').State} State */

/** @param {State} state @param {string} name @param {(list: readonly unknown[]) => unknown} pick
 * @returns {[string, unknown]} */
export function other(state, name, pick) {
  const values = choices[/** @type {keyof typeof choices} */ (name)];
  const now = state[/** @type {keyof State} */ (name)];
  return [name, pick(/** @type {readonly unknown[]} */ (values).filter((value) => value !== now))];
}

/** Lets cargo write Cargo.lock, and puts the version of `dep` there. @param {string} directory @param {State} state */
export function lock(directory, state) {
  const path = join(directory, 'Cargo.lock');
  if (!existsSync(path))
    execFileSync('cargo', ['generate-lockfile', '--offline', '--quiet'], {
      cwd: directory,
      stdio: 'pipe',
    });
  // From a directory source `cargo update --precise` changes nothing, and says so to nobody.
  const before = readFileSync(path, 'utf8');
  const after = before.replace(/(name = "dep"\nversion = )"[^"]*"/, `$1"${state.lock}"`);
  if (after === before && !before.includes(`name = "dep"\nversion = "${state.lock}"`))
    throw new Error(`${path} does not name dep`);
  writeFileSync(path, after);
}

/** Writes what changed, and removes what is no more. @param {string} directory @param {readonly string[]} before
 * @param {Record<string, string>} files @param {boolean} putBack leave each time as it was */
export function rewrite(directory, before, files, putBack) {
  for (const [file, content] of Object.entries(files)) {
    const path = join(directory, file);
    const exists = existsSync(path);
    if (exists && readFileSync(path, 'utf8') === content) continue;
    mkdirSync(dirname(path), { recursive: true });
    if (putBack && exists) writeBehindTime(path, content);
    else writeFileSync(path, content);
  }
  for (const file of before)
    if (files[file] === undefined) rmSync(join(directory, file), { force: true });
}

/** @param {string} here @param {string} there @param {State} state @param {ReturnType<typeof starter>} start */
export async function fromClean(here, there, state, start) {
  rmSync(there, { recursive: true, force: true });
  const skipped = join(here, 'target');
  cpSync(here, there, { recursive: true, filter: (path) => path !== skipped });
  // What was remembered must not help.
  return start(there, state, [], { CACKLE_CACHE: 'off' }).done;
}

/** @typedef {import('./answers.mjs').Checked & { unitsBuilt: number }} Checked */

/** @param {string} program @param {string} cache */
export function starter(program, cache) {
  if (!existsSync(cache)) emptyCache(cache);
  /**
   * Starts a check; `done` when it has ended, with status null when it was killed.
   * @param {string} directory @param {State} state @param {readonly string[]} args @param {Record<string, string>} [more]
   * @param {boolean} [detached]
   */
  return (directory, state, args, more = {}, detached = false) => {
    /** @type {NodeJS.ProcessEnv} */
    const env = { ...process.env, CARGO_NET_OFFLINE: 'true', XDG_CACHE_HOME: cache, ...more };
    for (const [name, value] of Object.entries(environmentOf(state))) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
    const child = spawn(
      process.execPath,
      [program, '-n', '--output-format', 'json', '--path', directory, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'], env, detached },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    /** @type {Promise<Checked>} */
    const done = new Promise((resolve) =>
      child.once('close', (status) => {
        const unitsBuilt =
          status !== null && stdout.startsWith('{') ? JSON.parse(stdout).counts.unitsBuilt : 0;
        resolve({ status, stdout, stderr, unitsBuilt });
      }),
    );
    return { child, done };
  };
}
