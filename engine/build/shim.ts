import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CheckError } from '../judge/problems.ts';
import { packageRoot } from '../paths.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { cannotStart, INSTALL_RUST, readToolchain, runProgram } from '../workspace/toolchain.ts';

/** Name of the installed program, by which it knows that it stands for rustc (engine/shim/src/role.rs). */
const SHIM_NAME = 'cackle-shim';
/** Directory of the links that stand for linkers (engine/shim/src/role.rs). */
const LINKER_DIRECTORY = 'cackle-linker';

/** Which rustc compiles the shim; defaults: found from the current directory. */
export interface ShimOptions {
  readonly rustc?: string;
  /** Output of `rustc -vV`. */
  readonly version?: string;
  readonly directory?: string;
}

/**
 * Gives the path of the shim, compiled by the user's rustc on first use and cached under
 * `$XDG_CACHE_HOME` (or `~/.cache`) by its sources and `rustc -vV`; in a temporary directory, for this
 * process, where the cache cannot be written. Throws CheckError when it cannot be compiled.
 */
export async function ensureShim(options: ShimOptions = {}): Promise<string> {
  const directory = options.directory ?? process.cwd();
  const rustc = options.rustc ?? (await readCargoConfig(directory)).rustc;
  const version = options.version ?? (await readToolchain(directory, rustc)).version;
  const sources = await shimSources();
  const hash = createHash('sha256').update(version);
  for (const { name, text } of sources.files) hash.update(`\0${name}\0`).update(text);
  const cache = join(
    process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'cackle',
    'shim',
    hash.digest('hex').slice(0, 32),
  );
  const cached = join(cache, SHIM_NAME);
  if (await exists(cached)) return cached;
  const compile = (into: string) => compileShim(rustc, directory, sources.main, into);
  try {
    await mkdir(dirname(cache), { recursive: true, mode: 0o700 });
    const temporary = await mkdtemp(`${cache}.`);
    try {
      await compile(temporary);
      await rename(temporary, cache);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      // Another check may have been first.
      if (!(await exists(cached))) throw error;
    }
    return cached;
  } catch (error) {
    if (error instanceof CheckError) throw error;
    const temporary = await mkdtemp(join(tmpdir(), 'cackle-shim-'));
    process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
    await compile(temporary);
    return join(temporary, SHIM_NAME);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The sources: of the clone, or the copy that the npm package carries. */
async function shimSources() {
  const root = packageRoot();
  for (const place of [join(root, 'engine', 'shim'), join(root, 'dist', 'shim-src')]) {
    const directory = join(place, 'src');
    if (!(await exists(join(directory, 'main.rs')))) continue;
    const names = (await readdir(directory)).filter((name) => name.endsWith('.rs')).sort();
    const files = await Promise.all(
      names.map(async (name) => ({ name, text: await readFile(join(directory, name)) })),
    );
    return { main: join(directory, 'main.rs'), files };
  }
  throw new CheckError(
    `the sources of the shim are missing below ${root}`,
    'install cackle again; the package is not complete',
  );
}

async function compileShim(rustc: string, cwd: string, main: string, into: string): Promise<void> {
  const output = join(into, SHIM_NAME);
  const flags = ['--edition=2021', '--crate-name=cackle_shim', '--crate-type=bin', '-O'];
  const args = [...flags, '-Cpanic=abort', '-Cstrip=symbols', '-o', output, main];
  const compiled = await runProgram(rustc, args, { cwd }).catch((error: unknown) => {
    throw cannotStart(rustc, error, INSTALL_RUST);
  });
  if (compiled.status !== 0) {
    throw new CheckError(
      `rustc could not compile the shim:\n${compiled.stderr.trim()}`,
      'see whether rustc can build a small program here; it needs a linker (`cc`) and free disk space',
    );
  }
  // Outside a check it must start and refuse to run; a directory mounted noexec shows up here.
  const env = { PATH: process.env.PATH };
  const tried = await runProgram(output, [], { cwd, env });
  if (tried.status !== 1 || !tried.stderr.includes('cackle')) {
    throw new CheckError(`the compiled shim ${output} does not run as it should: ${tried.stderr}`);
  }
  await mkdir(join(into, LINKER_DIRECTORY));
}

/**
 * A path of the shim that depends on `id`. Cargo keeps the answer to `rustc -vV` by the wrapper's path
 * (`.rustc_info.json`), so another line of ours needs another path.
 */
export async function shimPathFor(shim: string, id: string): Promise<string> {
  const name = createHash('sha256').update(id).digest('hex').slice(0, 16);
  const path = join(dirname(shim), 'for', name, SHIM_NAME);
  await link(shim, path);
  return path;
}

/**
 * A path of the shim for `-C linker=`. rustc infers the linker's flavour from the file name, so it is
 * that of the linker which it stands for; it is the same in every check, as a compiler cache such as
 * sccache hashes it.
 */
export async function linkerPathFor(shim: string, name: string): Promise<string> {
  const path = join(dirname(shim), LINKER_DIRECTORY, name);
  await link(shim, path);
  return path;
}

async function link(shim: string, path: string): Promise<void> {
  if (await exists(path)) return;
  await mkdir(dirname(path), { recursive: true });
  await symlink(shim, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
