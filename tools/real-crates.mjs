/**
 * Published crates as test material: fetched by cargo, kept under target/real-crates.
 *
 * As a program: `node tools/real-crates.mjs DIR [NAME...]` puts crates of REAL_CRATES into DIR/NAME.
 * Node's built-ins alone, so that it runs before `npm install`.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * @typedef {object} RealCrate
 * @property {string} name short name, used for directories
 * @property {string} package the package's name in the registry
 * @property {string} version exact version
 * @property {string} [features] features to build it with, as cargo's `--features` takes them
 * @property {'judged' | 'many-outputs'} role `judged`: compared with the original; `many-outputs`:
 *   a package with dozens of executables
 */

/** The crates that tests and benchmarks share.
 * @type {readonly RealCrate[]} */
export const REAL_CRATES = Object.freeze([
  { name: 'ripgrep', package: 'ripgrep', version: '15.2.0', role: 'judged' },
  { name: 'fd', package: 'fd-find', version: '10.5.0', role: 'judged' },
  { name: 'hyperfine', package: 'hyperfine', version: '1.20.0', role: 'judged' },
  {
    name: 'clap',
    package: 'clap',
    version: '4.6.1',
    // What its 58 examples require; without features half of them are left out.
    features: 'derive,cargo,env,unicode,string,wrap_help',
    role: 'many-outputs',
  },
]);

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const cacheRoot = join(repository, 'target', 'real-crates');

/**
 * Puts the published sources of `name` `version` into `dir`, with every dependency of its lock file
 * downloaded, so that `cargo build --offline --locked` works there. A `[workspace]` line is added
 * where the manifest has none, or cargo would look for a workspace in the directories above.
 *
 * A `dir` that already holds this package is left as it is (its target directory too); one that
 * holds something else is an error. Throws an Error that names the cargo command that failed.
 *
 * @param {string} name package name in the registry
 * @param {string} version exact version
 * @param {string} dir where the copy goes; created
 * @returns {string} `dir`, absolute
 */
export function fetchCrate(name, version, dir) {
  const destination = resolve(dir);
  const cached = cachedCrate(name, version);
  if (existsSync(destination) && readdirSync(destination).length > 0) {
    const found = packageId(destination);
    if (found !== `${name} ${version}`) {
      throw new Error(`${destination} holds ${found}, not ${name} ${version}: choose another`);
    }
    return destination;
  }
  putWhole(destination, (unfinished) => cpSync(cached, unfinished, { recursive: true }));
  return destination;
}

/** The crate of that short name, in `dir`/NAME; see {@link fetchCrate}.
 * @param {string} name
 * @param {string} dir
 * @returns {RealCrate & { path: string }} */
export function fetchRealCrate(name, dir) {
  const known = REAL_CRATES.find((crate) => crate.name === name);
  if (known === undefined) {
    const names = REAL_CRATES.map((crate) => crate.name).join(', ');
    throw new Error(`no real crate is called ${name}; there are ${names}`);
  }
  return { ...known, path: fetchCrate(known.package, known.version, join(dir, name)) };
}

/** @param {string} name @param {string} version */
function cachedCrate(name, version) {
  const cached = join(cacheRoot, `${name}-${version}`);
  if (!existsSync(cached)) {
    const unpacked = unpackedByCargo(name, version);
    putWhole(cached, (unfinished) => {
      cpSync(unpacked, unfinished, { recursive: true });
      const manifest = join(unfinished, 'Cargo.toml');
      if (!/^\[workspace[.\]]/m.test(readFileSync(manifest, 'utf8'))) {
        appendFileSync(manifest, '\n[workspace]\n');
      }
      if (!existsSync(join(unfinished, 'Cargo.lock'))) {
        throw new Error(
          `${name} ${version} is published without a Cargo.lock: results would drift`,
        );
      }
      cargo(['fetch', '--locked'], unfinished);
    });
  }
  return cached;
}

/** `cargo info` downloads, checks and unpacks that one package, and none of its dependencies.
 * @param {string} name @param {string} version */
function unpackedByCargo(name, version) {
  // Outside of this repository: inside, cargo would look at our own workspace first.
  cargo(['info', '--quiet', `${name}@${version}`], tmpdir());
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'src');
  const found = readdirSync(sources)
    .map((registry) => join(sources, registry, `${name}-${version}`))
    .find((path) => existsSync(join(path, '.cargo-ok')));
  if (found === undefined) {
    throw new Error(`cargo info ${name}@${version} left no unpacked package under ${sources}`);
  }
  return found;
}

/** Fills a directory beside `destination`, then renames it: it is there whole or not at all.
 * @param {string} destination @param {(unfinished: string) => void} fill */
function putWhole(destination, fill) {
  mkdirSync(dirname(destination), { recursive: true });
  const unfinished = mkdtempSync(`${destination}.tmp-`);
  try {
    fill(unfinished);
    try {
      renameSync(unfinished, destination);
    } catch (error) {
      // Someone else was quicker; theirs is as good.
      if (!existsSync(join(destination, 'Cargo.toml'))) throw error;
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** @param {string} dir @returns {string} name and version */
function packageId(dir) {
  const manifest = join(dir, 'Cargo.toml');
  if (!existsSync(manifest)) return 'no Cargo.toml';
  const text = readFileSync(manifest, 'utf8');
  const field = (/** @type {string} */ key) =>
    new RegExp(`^${key} = "([^"]*)"$`, 'm').exec(text)?.[1] ?? `no ${key}`;
  return `${field('name')} ${field('version')}`;
}

/** @param {string[]} args @param {string} cwd */
function cargo(args, cwd) {
  const run = spawnSync('cargo', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.error !== undefined) throw new Error(`cargo ${args.join(' ')}: ${run.error.message}`);
  if (run.status !== 0) {
    throw new Error(`cargo ${args.join(' ')} in ${cwd} ended with ${run.status}:\n${run.stderr}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [dir, ...wanted] = process.argv.slice(2);
  if (dir === undefined) {
    process.stderr.write('usage: node tools/real-crates.mjs DIR [NAME...]\n');
    process.exitCode = 2;
  } else {
    for (const name of wanted.length > 0 ? wanted : REAL_CRATES.map((crate) => crate.name)) {
      process.stdout.write(`${fetchRealCrate(name, dir).path}\n`);
    }
  }
}
