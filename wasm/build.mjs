// Builds the parsers for WASM. Where the user's toolchain has no wasm32 target and rustup cannot add
// one, Debian's compiler is unpacked into the cache (nothing is installed) and std is built with it once.
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, root } from '../setup/paths.mjs';
import { all, output, run, step } from '../setup/steps.mjs';
import { ensureTools } from './tools.mjs';

const target = 'wasm32-unknown-unknown';
/** rustup waits forever when it cannot reach its server. */
const RUSTUP_PATIENCE_MS = 60_000;

/** Builds wasm/parsers into `directory`. @param {string} directory */
export async function buildParsers(directory) {
  const { host, environment } = await wasmToolchain();
  const parsers = join(root, 'wasm', 'parsers');
  // wasm-pack is compiled beside the module, and then finds it made. What is compiled for the tools takes longer and one
  // after the other: the module has what they leave of the processor.
  const compile = ['cargo', 'build', '--lib', '--release', '--locked', '--target', target];
  const compiled = step('parsers to WASM', () =>
    run('nice', compile, { cwd: parsers, env: environment }),
  );
  const tools = ensureTools(host);
  await all([compiled, tools]);
  const out = join(directory, 'parsers');
  // A `.gitignore` would keep it out of the npm package.
  const files = ['--out-dir', out, '--no-pack', '--no-gitignore'];
  await run(
    'wasm-pack',
    ['build', parsers, '--target', 'nodejs', '--mode', 'no-install', ...files, '--', '--locked'],
    { cwd: root, env: withTools(environment, await tools) },
  );
  // dist/ is of ECMAScript modules; this is a CommonJS one.
  await writeFile(join(out, 'package.json'), '{ "type": "commonjs" }\n');
}

/** The environment in which wasm-pack, cargo and rustc make a module for Node; installs what is missing. */
export async function wasmEnvironment() {
  const { host, environment } = await wasmToolchain();
  return withTools(environment, await ensureTools(host));
}

/** @param {NodeJS.ProcessEnv} environment @param {readonly string[]} tools */
function withTools(environment, tools) {
  return { ...environment, PATH: [...tools, environment.PATH].join(':') };
}

/** The machine, and the environment in which cargo compiles for WASM. */
async function wasmToolchain() {
  const host = /host: (.*)/.exec((await output('rustc', ['-vV'])) ?? '')?.[1];
  if (host === undefined) throw new Error('set-up: rustc does not run');
  const toolchain = await ensureTarget(host);
  const environment = {
    ...process.env,
    ...toolchain.env,
    PATH: [...toolchain.path, process.env.PATH].join(':'),
    CARGO_BUILD_TARGET: target,
    CARGO_TARGET_DIR: join(root, 'target', 'wasm'),
  };
  return { host, environment };
}

/** @param {string} host @returns {Promise<{ env: NodeJS.ProcessEnv, path: string[] }>} */
async function ensureTarget(host) {
  const sysroot = await output('rustc', ['--print', 'sysroot']);
  if (sysroot === undefined) throw new Error('set-up: rustc does not run');
  const own = { env: {}, path: [] };
  if (existsSync(join(sysroot, 'lib', 'rustlib', target, 'lib'))) return own;
  const linker = join(sysroot, 'lib', 'rustlib', host, 'bin', 'rust-lld');
  const unpacked = join(cache, 'wasm-toolchain');
  if (!existsSync(join(unpacked, 'complete'))) {
    const added = await step('the target wasm32 for rustc', () =>
      run('rustup', ['target', 'add', target], { allowFailure: true, timeout: RUSTUP_PATIENCE_MS }),
    );
    if (added) return own;
    await step('a compiler for wasm32 from Debian, unpacked into the cache (once)', () =>
      unpackToolchain(unpacked, linker),
    );
  }
  return { env: environment(unpacked, linker), path: [join(unpacked, 'bin')] };
}

/** @param {string} unpacked @param {string} linker */
function environment(unpacked, linker) {
  return {
    RUSTC: join(unpacked, 'bin', 'rustc'),
    CARGO: join(unpacked, 'bin', 'cargo'),
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
  };
}

const packages = ['rustc-web', 'cargo-web', 'rust-web-src'];

/** @param {string} unpacked @param {string} linker */
async function unpackToolchain(unpacked, linker) {
  const work = `${unpacked}.debs`;
  await rm(unpacked, { recursive: true, force: true });
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const wanted = await packagesToFetch();
  await run('apt-get', ['download', ...wanted], { cwd: work });
  for (const deb of await readdir(work)) await run('dpkg-deb', ['-x', join(work, deb), unpacked]);
  await rm(work, { recursive: true, force: true });
  await mkdir(join(unpacked, 'bin'), { recursive: true });
  for (const program of ['rustc', 'cargo']) {
    const libraries = join(unpacked, 'usr', 'lib', 'x86_64-linux-gnu');
    const script = `#!/bin/sh\nexport LD_LIBRARY_PATH="${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\nexec "${join(unpacked, 'usr', 'bin', program)}" "$@"\n`;
    await writeFile(join(unpacked, 'bin', program), script);
    await chmod(join(unpacked, 'bin', program), 0o755);
  }
  await buildStd(unpacked, linker);
  await writeFile(join(unpacked, 'complete'), '');
}

/** The packages and what they need that the system lacks. */
async function packagesToFetch() {
  const list = async () =>
    (await output('apt-get', [
      'install',
      '--print-uris',
      '-y',
      '--no-install-recommends',
      ...packages,
    ])) ?? '';
  const names = (/** @type {string} */ text) =>
    [...text.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map(([, name = '']) => name);
  let found = names(await list());
  if (found.length === 0) {
    await run(
      process.getuid?.() === 0 ? 'apt-get' : 'sudo',
      process.getuid?.() === 0 ? ['update'] : ['-n', 'apt-get', 'update'],
      { allowFailure: true },
    );
    found = names(await list());
  }
  if (found.length === 0) {
    throw new Error(
      'set-up: rustc has no target wasm32-unknown-unknown; run `rustup target add wasm32-unknown-unknown` and start again',
    );
  }
  return [...new Set([...found, ...packages])];
}

/** @param {string} unpacked @param {string} linker */
async function buildStd(unpacked, linker) {
  const empty = join(unpacked, 'std-build');
  await mkdir(join(empty, 'src'), { recursive: true });
  await writeFile(
    join(empty, 'Cargo.toml'),
    '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n',
  );
  await writeFile(join(empty, 'src', 'lib.rs'), '');
  await run(
    join(unpacked, 'bin', 'cargo'),
    ['build', '--release', '-Zbuild-std=std,panic_abort,panic_unwind', '--target', target],
    {
      cwd: empty,
      env: {
        ...process.env,
        ...environment(unpacked, linker),
        RUSTC_BOOTSTRAP: '1',
        CARGO_TARGET_DIR: join(empty, 'target'),
      },
    },
  );
  const built = join(empty, 'target', target, 'release', 'deps');
  const libraries = join(unpacked, 'usr', 'lib', 'rustlib', target, 'lib');
  await mkdir(libraries, { recursive: true });
  for (const name of await readdir(built)) {
    if (name.endsWith('.rlib') && !name.startsWith('libempty'))
      await cp(join(built, name), join(libraries, name));
  }
  await rm(empty, { recursive: true, force: true });
}
