import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { packageRoot, userCache } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { runProgram } from '../workspace/run-program.ts';
import type { Toolchain } from '../workspace/toolchain.ts';

/** Where the shim's sources are: beside this file in a clone, in dist/ of the npm package. */
function sourceDirectory(): string {
  for (const directory of [
    join(packageRoot(), 'engine', 'shim', 'src'),
    join(packageRoot(), 'dist', 'shim-src'),
  ]) {
    if (existsSync(join(directory, 'main.rs'))) return directory;
  }
  throw new CheckError('the sources of the shim are missing', 'install cackle again');
}

/**
 * Path of the shim, compiled by the user's own rustc when there is none for this source and compiler.
 * Cached under the user's cache directory; where that cannot be written, it is made in `fallback`.
 */
export async function ensureShim(toolchain: Toolchain, fallback: string): Promise<string> {
  const directory = sourceDirectory();
  const hash = createHash('sha256').update(toolchain.version).update(STATIC.join(' '));
  for (const name of readdirSync(directory).sort())
    hash.update(name).update(readRegularFile(join(directory, name)));
  const key = hash.digest('hex').slice(0, 24);
  const kept = join(userCache(), 'shim', key);
  const finished = join(kept, NAME);
  if (existsSync(finished)) return finished;
  const source = join(directory, 'main.rs');
  // The cache may be missing, read-only or full.
  return make(toolchain, source, kept).catch(() => make(toolchain, source, join(fallback, 'shim')));
}

/** engine/shim/src/role.rs knows itself by this name. */
const NAME = 'cackle-shim';

/**
 * Makes the shim in a directory of its own, which then gets its name: a rename of a directory replaces none that holds something, on
 * any file system. Another check may have made it meanwhile. That one stays: a program whose file is replaced no longer knows its name.
 */
async function make(toolchain: Toolchain, source: string, directory: string): Promise<string> {
  await makeDirectory(dirname(directory));
  const work = await mkdtemp(`${directory}.`);
  const finished = join(directory, NAME);
  try {
    await compile(toolchain, source, join(work, NAME));
    await rename(work, directory).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      if (existsSync(finished)) return;
      // Left by a version that made it there, and was killed.
      await rm(directory, { recursive: true, force: true });
      await rename(work, directory);
    });
    return finished;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** No loader, so that no variable can bring code into the shim, in whatever environment it is started. */
const STATIC = ['-C', 'target-feature=+crt-static'];

async function compile(toolchain: Toolchain, source: string, output: string): Promise<void> {
  const options = ['-C', 'opt-level=2', '-C', 'panic=abort', '-C', 'strip=symbols'];
  const common = ['--edition', '2021', '--crate-name', 'cackle_shim', ...options, '-o', output];
  let compiled = await runProgram(toolchain.rustc, [...common, ...STATIC, source]);
  // Not every system has a libc for that. Nothing that a package says reaches the shim's environment either way.
  if (compiled.status !== 0) compiled = await runProgram(toolchain.rustc, [...common, source]);
  if (compiled.status !== 0) {
    throw new CheckError(
      `rustc could not compile the shim:\n${compiled.stderr}`,
      'a linker (gcc or clang) is needed as for any Rust program',
    );
  }
  await chmod(output, 0o755);
}
