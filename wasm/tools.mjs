// The programs that make a module loadable by Node: from PATH, else compiled once into the cache, as their own locks say.
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, root } from '../setup/paths.mjs';
import { output, run, step } from '../setup/steps.mjs';

/** What is installed where PATH has none as new. */
const wasmPack = '0.15.1';

/** They run once and briefly: what makes them quick to compile is what counts. */
const quickToCompile = {
  CARGO_INCREMENTAL: '0',
  CARGO_PROFILE_DEV_CODEGEN_UNITS: '4',
  CARGO_PROFILE_DEV_DEBUG: '0',
  CARGO_PROFILE_DEV_DEBUG_ASSERTIONS: 'false',
  CARGO_PROFILE_DEV_OVERFLOW_CHECKS: 'false',
  CARGO_PROFILE_DEV_PANIC: 'abort',
};

/**
 * @typedef {object} Tool
 * @property {string} program
 * @property {string} name of its crate
 * @property {string} version
 * @property {readonly string[]} options for `cargo install`
 */

/** Directories with wasm-pack, and the wasm-bindgen of Cargo.lock, to be put in front of PATH; installs what is missing.
 * @param {string} host the machine, as rustc names it */
export async function ensureTools(host) {
  const bindgen = lockedVersion('wasm-bindgen');
  /** @type {Tool[]} */
  const missing = [];
  if (!isAsNew(await versionOf('wasm-pack'), wasmPack)) {
    missing.push({ program: 'wasm-pack', name: 'wasm-pack', version: wasmPack, options: [] });
  }
  // The two speak a protocol of their own: no other version will do. TLS is for what it downloads, which is nothing here.
  if ((await versionOf('wasm-bindgen')) !== bindgen) {
    const options = ['--no-default-features', '--bin', 'wasm-bindgen'];
    missing.push({ program: 'wasm-bindgen', name: 'wasm-bindgen-cli', version: bindgen, options });
  }
  const tools = join(cache, 'tools');
  await removeLeftovers(tools);
  const work = join(tools, `installing.${process.pid}`);
  /** @type {string[]} */
  const directories = [];
  try {
    // One after the other into one target directory: half of wasm-bindgen's crates are those of wasm-pack.
    for (const tool of missing) directories.push(await ensureInstalled(tool, host, work));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return directories;
}

/** @param {Tool} tool @param {string} host @param {string} work where cargo compiles and installs before the program is kept */
async function ensureInstalled({ program, name, version, options }, host, work) {
  const kept = join(cache, 'tools', `${name}-${version}`);
  const directory = join(kept, 'bin');
  if ((await versionOf(join(directory, program))) === version) return directory;
  const installed = join(work, name);
  const how = ['--locked', '--debug', '--target', host, '--target-dir', join(work, 'target')];
  const install = ['install', name, ...how, '--version', `=${version}`, '--root', installed];
  try {
    await mkdir(work, { recursive: true });
    await step(`${name} ${version}`, () =>
      run('cargo', [...install, ...options], {
        cwd: root,
        env: { ...process.env, ...quickToCompile },
      }),
    );
    // Another start may have been as far in the meantime, and use it.
    if ((await versionOf(join(directory, program))) !== version) {
      await rm(kept, { recursive: true, force: true });
      await rename(installed, kept);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`${reason}; a ${program} ${version} in PATH does as well`);
  }
  return directory;
}

/** Removes what installations left that were killed: hundreds of megabytes each. @param {string} directory */
async function removeLeftovers(directory) {
  for (const entry of await readdir(directory).catch(() => [])) {
    const pid = /^installing\.(\d+)$/.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(directory, entry), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH';
  }
}

/** The version of a crate in the workspace's lock. @param {string} name */
function lockedVersion(name) {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  const found = new RegExp(`^name = "${name}"\nversion = "(.*)"$`, 'm').exec(lock)?.[1];
  if (found === undefined) throw new Error(`set-up: Cargo.lock has no ${name}; restore the file`);
  return found;
}

/** What a program says of itself; undefined where there is none that runs. @param {string} program */
async function versionOf(program) {
  return (await output(program, ['--version']))?.split(/\s+/)[1];
}

/** Is `found` of the same compatible kind as `wanted`, and no older? Both are `0.MINOR.PATCH`.
 * @param {string | undefined} found @param {string} wanted */
function isAsNew(found, wanted) {
  const [major = 1, minor = 0, patch = 0] = (found ?? '').split('.').filter(Boolean).map(Number);
  const [, wantedMinor = 0, wantedPatch = 0] = wanted.split('.').map(Number);
  return major === 0 && (minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch));
}
