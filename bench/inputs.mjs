/** The packages that are built, their configurations, and the command lines that build and check them. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { allOurGrants, ORIGINAL_VERSION, originalGrants } from '../tools/grant-runs.mjs';
import { configText } from '../tools/grants.mjs';
import { fetchRealCrate } from '../tools/real-crates.mjs';
import { bench, cackle, repository } from './places.mjs';
import { run } from './process.mjs';

/** @typedef {import('./process.mjs').Program} Program */
/**
 * @typedef {object} Input
 * @property {string} name
 * @property {string} path a copy of the sources for us and for plain cargo
 * @property {string} config a configuration with which our check finds nothing to hold back
 */

/** The published crates that are measured, in the order of the report. */
export const crates = ['ripgrep', 'fd', 'hyperfine'];
/** The smallest input: what `--quick` runs on. */
export const example = 'example';

/** @param {string} name @param {'plain' | 'original'} side @returns {string} */
function sources(name, side) {
  const directory = join(bench, 'inputs', side);
  mkdirSync(directory, { recursive: true });
  if (name !== example) return fetchRealCrate(name, directory).path;
  const copy = join(directory, name);
  if (!existsSync(copy)) {
    const from = join(repository, 'examples', 'alex-fixed');
    // Its own configuration is of version 3, which the original does not know.
    const skipped = [join(from, 'cackle.toml'), join(from, 'target')];
    cpSync(from, copy, { recursive: true, filter: (path) => !skipped.includes(path) });
  }
  return copy;
}

/** Makes an input ready: fetches it, and finds its configuration by checks of our own, which are kept until this program
 * or the compiler changes. @param {string} name @param {string} compiler @returns {Input} */
export function openInput(name, compiler) {
  const path = sources(name, 'plain');
  const version = readFileSync(join(repository, 'dist', 'stamp'), 'utf8');
  const config = keptConfig(name, 'ours', [version, compiler], (work) => {
    const found = allOurGrants(cackle, path, work, undefined, { grants: [] });
    return configText(undefined, found.grants, found.exports ?? []);
  });
  return { name, path, config };
}

/** The original's copy of an input; it has a configuration that the original has nothing to say about.
 * @param {string} name @param {string} program @param {string} compiler */
export function openForOriginal(name, program, compiler) {
  const path = sources(name, 'original');
  const config = keptConfig(name, 'original', [ORIGINAL_VERSION, compiler], (work) => {
    const found = originalGrants(program, path, work, undefined);
    return configText(undefined, found.grants, found.exports ?? []);
  });
  writeFileSync(join(path, 'cackle.toml'), readFileSync(config));
  return path;
}

/** @param {string} name @param {string} side @param {readonly string[]} of
 * @param {(work: string) => string} make */
function keptConfig(name, side, of, make) {
  const stamp = createHash('sha256').update(of.join('\0')).digest('hex').slice(0, 16);
  const work = join(bench, 'configs', name, side);
  const file = join(work, `${stamp}.toml`);
  if (!existsSync(file)) {
    process.stderr.write(`finding a configuration of ${name} for ${side} (once)\n`);
    mkdirSync(work, { recursive: true });
    writeFileSync(file, make(work));
  }
  return file;
}

/** The target directory of one side. @param {Input} input @param {string} side */
export function targetOf(input, side) {
  return join(bench, 'targets', input.name, side);
}

const trash = join(bench, 'trash');
/** Of the room on the disk, what has to be left while the trash is kept. */
const ROOM_LEFT = 0.5;
let thrownAway = 0;
/** @type {number | undefined} */
let roomAtFirst;

/**
 * Leaves nothing at that place. What was there is only put aside until the bench ends, while there is room: for minutes
 * after files were removed, ext4 looks for other inodes than theirs, and whoever makes many files waits for that.
 * @param {string} directory
 */
export function empty(directory) {
  if (!existsSync(directory)) return;
  const room = statfsSync(bench).bavail;
  roomAtFirst ??= room;
  if (room < roomAtFirst * ROOM_LEFT) emptyTrash();
  mkdirSync(trash, { recursive: true });
  renameSync(directory, join(trash, String(thrownAway++)));
}

/** Removes what was put aside. */
export function emptyTrash() {
  rmSync(trash, { recursive: true, force: true });
}

const warmCache = join(bench, 'caches', 'warm');

/**
 * A user's cache as it is for whoever checks a workspace for the first time: with what is made once for a compiler, the shim
 * and the facts of the standard library. Gives the environment that selects it. It is made anew each time.
 * @returns {Promise<Record<string, string>>}
 */
export async function coldCache() {
  const compiler = await run({ program: 'rustc', args: ['-vV'], cwd: repository });
  const version = readFileSync(join(repository, 'dist', 'stamp'), 'utf8');
  const stamp = createHash('sha256').update(compiler.stdout).update(version).digest('hex');
  const made = `${warmCache}-${stamp.slice(0, 16)}`;
  if (!existsSync(made)) {
    const path = join(bench, 'inputs', 'standard');
    const put = (/** @type {string} */ file, /** @type {string} */ text) => {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    };
    const manifest = (/** @type {string} */ name) =>
      `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
    put(
      'Cargo.toml',
      `${manifest('standard')}[dependencies]\nmacros = { path = "macros" }\n[workspace]\n`,
    );
    put('src/main.rs', 'fn main() { println!("{}", macros::nothing!()) }\n');
    put('macros/Cargo.toml', `${manifest('macros')}[lib]\nproc-macro = true\n`);
    put(
      'macros/src/lib.rs',
      'use proc_macro::TokenStream;\n#[proc_macro]\npub fn nothing(_: TokenStream) -> TokenStream { "0".parse().unwrap() }\n',
    );
    put(
      'cackle.toml',
      '[common]\nversion = 3\n[sandbox]\nkind = "Disabled"\n[pkg.macros]\nallow_proc_macro = true\n',
    );
    const target = join(bench, 'targets', 'standard');
    empty(target);
    const input = { name: 'standard', path, config: join(path, 'cackle.toml') };
    const temporary = `${made}.tmp`;
    empty(temporary);
    await run(ourCheck(input, target, { env: { XDG_CACHE_HOME: temporary } }));
    renameSync(temporary, made);
  }
  const cold = join(bench, 'caches', 'cold');
  empty(cold);
  cpSync(made, cold, { recursive: true });
  return { XDG_CACHE_HOME: cold };
}

/** Our check. Warnings about the configuration's version are left out: the original knows none above 2.
 * @param {Input} input @param {string} target @param {{ config?: string, env?: Record<string, string> }} [more]
 * @returns {Program} */
export function ourCheck(input, target, { config = input.config, env = {} } = {}) {
  const args = ['-n', '--path', input.path, '--cackle-path', config];
  return {
    program: process.execPath,
    args: [cackle, ...args, '--ignore-newer-config-versions', '--output-format', 'json'],
    cwd: input.path,
    env: { CARGO_TARGET_DIR: target, ...env },
  };
}

/** The original's check, which has its own copy of the sources. @param {string} program @param {string} path
 * @param {string} target @returns {Program} */
export function originalCheck(program, path, target) {
  return {
    program,
    args: ['acl', '-n', '--path', path],
    cwd: path,
    env: { CARGO_TARGET_DIR: target },
  };
}

/** Cargo alone: with the profile that a check builds with; with that profile and the debug info that a check has rustc write,
 * no more and no less, in every package; or with cargo's `dev`.
 * @param {Input} input @param {string} target @param {'cackle' | 'debug' | 'dev'} profile @returns {Promise<Program>} */
export async function plainBuild(input, target, profile) {
  const args = ['build', '--all-targets'];
  if (profile !== 'dev') args.push(...(await profileArguments(input.path)));
  // The last of two settings counts.
  if (profile === 'debug')
    args.push(
      ...['profile.cackle.debug=1', 'profile.cackle.package."*".debug=1'].flatMap((setting) => [
        '--config',
        setting,
      ]),
    );
  return { program: 'cargo', args, cwd: input.path, env: { CARGO_TARGET_DIR: target } };
}

/** The arguments with which our check selects its profile. @param {string} path */
async function profileArguments(path) {
  const module = await importEngine('engine/build/profile.ts');
  return module.profileArguments('cackle', path, { profile: () => undefined });
}

/** Loads a file of the engine or of the tests, which is TypeScript. @param {string} file */
export async function importEngine(file) {
  const outfile = join(bench, 'engine', `${file.replaceAll('/', '-')}.mjs`);
  await build({
    absWorkingDir: repository,
    entryPoints: [file],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  return import(outfile);
}

/** Cargo sees a changed file. @param {Input} input */
export function touchRoot(input) {
  const candidates = ['src/main.rs', 'crates/core/main.rs', 'src/lib.rs'];
  const root = candidates.map((file) => join(input.path, file)).find(existsSync);
  if (root === undefined) throw new Error(`${input.path} has no root source that is known here`);
  const now = new Date();
  utimesSync(root, now, now);
}

/** The units that cargo has built in a target directory, by name and kind: two builds of the same set agree.
 * @param {string} target */
export function unitsIn(target) {
  const units = [];
  for (const profile of readdirSync(target, { withFileTypes: true })) {
    const directory = join(target, profile.name, '.fingerprint');
    if (!profile.isDirectory() || !existsSync(directory)) continue;
    for (const unit of readdirSync(directory)) {
      for (const file of readdirSync(join(directory, unit))) {
        if (file.endsWith('.json')) units.push(`${unit.replace(/-[0-9a-f]{16}$/, '')} ${file}`);
      }
    }
  }
  return units.sort();
}

/** Path of a changed copy of a configuration: one permission fewer, another one each round.
 * @param {Input} input @param {number} round */
export function otherConfig(input, round) {
  const lines = readFileSync(input.config, 'utf8').split('\n');
  let table = '';
  const choices = lines.flatMap((line, at) => {
    if (line.startsWith('[')) table = line;
    // Nothing that a build script or proc macro waits for.
    if (!line.startsWith('allow_apis') || !/^\[pkg\.[^.\]]+\]$/.test(table)) return [];
    const apis = line.match(/"[^"]+"/g) ?? [];
    return apis.map((api) => ({ at, rest: apis.filter((other) => other !== api) }));
  });
  const choice = choices[round % choices.length];
  if (choice === undefined)
    throw new Error(`${input.config} allows no API that could be taken away`);
  lines[choice.at] = `allow_apis = [${choice.rest.join(', ')}]`;
  const file = join(dirname(input.config), 'other.toml');
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** The parsers as a program for this machine. */
export async function nativeParsers() {
  const program = join(repository, 'target', 'release', 'cackle-native');
  await run({
    program: 'cargo',
    args: ['build', '--release', '--locked', '-p', 'cackle-native'],
    cwd: repository,
    env: { CARGO_TARGET_DIR: join(repository, 'target'), CARGO_NET_OFFLINE: 'false' },
  });
  if (!existsSync(program)) throw new Error(`${program} was not built`);
  return program;
}
