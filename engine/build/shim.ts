import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CheckError } from '../judge/problems.ts';
import { packageRoot } from '../paths.ts';
import { runProgram, type Toolchain } from '../workspace/toolchain.ts';

/** Where the shim's sources are: beside this file in a clone, in dist/ of the npm package. */
async function sourceDirectory(): Promise<string> {
  for (const directory of [
    join(packageRoot(), 'engine', 'shim', 'src'),
    join(packageRoot(), 'dist', 'shim-src'),
  ]) {
    if (await stat(join(directory, 'main.rs')).catch(() => undefined)) return directory;
  }
  throw new CheckError('the sources of the shim are missing', 'install cackle again');
}

/**
 * Path of the shim, compiled by the user's own rustc when there is none for this source and compiler.
 * Cached under the user's cache directory; where that cannot be written, it is made in `fallback`.
 */
export async function ensureShim(toolchain: Toolchain, fallback: string): Promise<string> {
  const directory = await sourceDirectory();
  const hash = createHash('sha256').update(toolchain.version);
  for (const name of (await readdir(directory)).sort())
    hash.update(name).update(await readFile(join(directory, name)));
  const key = hash.digest('hex').slice(0, 24);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const kept = join(cache, 'cackle', 'shim', key);
  const finished = join(kept, NAME);
  if (await stat(finished).catch(() => undefined)) return finished;
  const work = await workDirectory(kept, fallback);
  try {
    const made = join(work.directory, NAME);
    await compile(toolchain, join(directory, 'main.rs'), made);
    const target = join(work.parent, NAME);
    await rename(made, target);
    return target;
  } finally {
    await rm(work.directory, { recursive: true, force: true });
  }
}

/** engine/shim/src/role.rs knows itself by this name. */
const NAME = 'cackle-shim';

async function workDirectory(
  kept: string,
  fallback: string,
): Promise<{ parent: string; directory: string }> {
  try {
    await mkdir(kept, { recursive: true });
    return { parent: kept, directory: await mkdtemp(join(kept, 'build-')) };
  } catch {
    return { parent: fallback, directory: await mkdtemp(join(fallback, 'build-')) };
  }
}

async function compile(toolchain: Toolchain, source: string, output: string): Promise<void> {
  const options = ['-C', 'opt-level=2', '-C', 'panic=abort', '-C', 'strip=symbols'];
  const compiled = await runProgram(toolchain.rustc, [
    '--edition',
    '2021',
    '--crate-name',
    'cackle_shim',
    ...options,
    '-o',
    output,
    source,
  ]);
  if (compiled.status !== 0) {
    throw new CheckError(
      `rustc could not compile the shim:\n${compiled.stderr}`,
      'a linker (gcc or clang) is needed as for any Rust program',
    );
  }
  await chmod(output, 0o755);
}
