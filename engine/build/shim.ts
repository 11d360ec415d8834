import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
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
 * Cached under the user's cache directory, or for this run only where that cannot be written.
 */
export async function ensureShim(toolchain: Toolchain): Promise<string> {
  const directory = await sourceDirectory();
  const hash = createHash('sha256').update(toolchain.version);
  for (const name of (await readdir(directory)).sort())
    hash.update(name).update(await readFile(join(directory, name)));
  const key = hash.digest('hex').slice(0, 24);
  const base = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cackle', 'shim');
  const finished = join(base, key, 'cackle-shim');
  if (await stat(finished).catch(() => undefined)) return finished;
  let parent = join(base, key);
  try {
    await mkdir(parent, { recursive: true });
  } catch {
    parent = await mkdtemp(join(tmpdir(), 'cackle-shim-'));
  }
  const work = await mkdtemp(join(parent, 'build-'));
  try {
    const made = join(work, 'cackle-shim');
    const compiled = await runProgram(toolchain.rustc, [
      '--edition',
      '2021',
      '--crate-name',
      'cackle_shim',
      '-C',
      'opt-level=2',
      '-C',
      'panic=abort',
      '-C',
      'strip=symbols',
      '-o',
      made,
      join(directory, 'main.rs'),
    ]);
    if (compiled.status !== 0) {
      throw new CheckError(
        `rustc could not compile the shim:\n${compiled.stderr}`,
        'a linker (gcc or clang) is needed as for any Rust program',
      );
    }
    await chmod(made, 0o755);
    const target = join(parent, 'cackle-shim');
    await rename(made, target);
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
