import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { userCache } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { keptProgram, sourcesOf } from '../workspace/kept-program.ts';
import { runProgram } from '../workspace/run-program.ts';
import type { Toolchain } from '../workspace/toolchain.ts';

const sourceDirectory = (): string =>
  sourcesOf('shim', ['engine/shim/src', 'dist/shim-src'], 'main.rs');

/**
 * Resolves to the path of the shim. The user's own rustc compiles it when none exists for this source and compiler.
 * It is kept in the user's cache directory, or in `fallback` when that is not writable. Throws CheckError.
 */
export async function ensureShim(toolchain: Toolchain, fallback: string): Promise<string> {
  const directory = sourceDirectory();
  const key = keyOf(directory, toolchain.version);
  const source = join(directory, 'main.rs');
  const keptIn = (kept: string): Promise<string> =>
    keptProgram(kept, NAME, (work) => compile(toolchain, source, join(work, NAME)));
  // The cache may be missing, read-only or full.
  return keptIn(join(userCache(), 'shim', key)).catch(() => keptIn(join(fallback, 'shim')));
}

/**
 * Does the same without a question to rustc, which takes longer than the rest: whatever compiler made a shim of these sources, it
 * does the same. `toolchain` is asked only where there is none.
 */
export async function anyShim(
  toolchain: () => Promise<Toolchain>,
  fallback: string,
): Promise<string> {
  const kept = join(userCache(), 'shim', `any-${keyOf(sourceDirectory(), '')}`);
  const finished = join(kept, NAME);
  if (existsSync(finished)) return finished;
  const made = await ensureShim(await toolchain(), fallback);
  // A copy in a directory of its own: that of a compiler may be removed when the compiler goes.
  return keptProgram(kept, NAME, (work) => copyFile(made, join(work, NAME))).catch(() => made);
}

function keyOf(directory: string, version: string): string {
  const hash = createHash('sha256').update(version).update(LINKED);
  for (const name of readdirSync(directory).sort())
    hash.update(name).update(readRegularFile(join(directory, name)));
  return hash.digest('hex').slice(0, 24);
}

/** engine/shim/src/role.rs recognises the shim by this name. */
const NAME = 'cackle-shim';

/** Linked without a loader, so that no variable can load code into the shim, in whatever environment it starts. */
const STATIC = ['-C', 'target-feature=+crt-static'];
/** Changes when the shim is to be linked in another way. */
const LINKED = 'without a loader, or with its libraries first';

async function compile(toolchain: Toolchain, source: string, output: string): Promise<void> {
  const options = ['-C', 'opt-level=2', '-C', 'panic=abort', '-C', 'strip=symbols'];
  const common = ['--edition', '2021', '--crate-name', 'cackle_shim', ...options, '-o', output];
  const compiled = await runProgram(toolchain.rustc, [...common, ...STATIC, source]);
  if (compiled.status !== 0) await compileWithLoader(toolchain, [...common, source], output);
  await chmod(output, 0o755);
}

/**
 * For systems that have no libc for static linking. Cargo starts the shim with a path of the loader that leads into the
 * target directory, and outside of all sandboxes. A path in the program itself (DT_RPATH) comes before that one (ld.so(8)).
 */
async function compileWithLoader(
  toolchain: Toolchain,
  options: readonly string[],
  output: string,
): Promise<void> {
  const compile = async (more: readonly string[]): Promise<void> => {
    const compiled = await runProgram(toolchain.rustc, [...options, ...more]);
    if (compiled.status !== 0)
      throw new CheckError(
        `rustc could not compile the shim:\n${compiled.stderr}`,
        'a linker (gcc or clang) is needed as for any Rust program',
      );
  };
  await compile([]);
  const libraries = await librariesOf(output);
  const places = [...new Set(libraries.map(dirname))];
  const linking = ['--disable-new-dtags', ...places.flatMap((place) => ['-rpath', place])];
  await compile(linking.flatMap((word) => ['-C', 'link-arg=-Xlinker', '-C', `link-arg=${word}`]));
  const elsewhere = await mkdtemp(`${output}.`);
  for (const path of libraries) await writeFile(join(elsewhere, basename(path)), '');
  const found = await librariesOf(output, elsewhere);
  await rm(elsewhere, { recursive: true });
  if (libraries.length > 0 && found.join() === libraries.join()) return;
  throw new CheckError(
    'the shim cannot be linked so that it loads no library from the target directory',
    'install the static libraries of libc (glibc-static, libc6-dev or musl-dev)',
  );
}

/** Resolves to the libraries that the loader would load for a program, with a path in LD_LIBRARY_PATH if one is given. */
async function librariesOf(program: string, path?: string): Promise<string[]> {
  const { stdout } = await runProgram(program, [], {
    env: {
      LD_TRACE_LOADED_OBJECTS: '1',
      ...(path === undefined ? {} : { LD_LIBRARY_PATH: path }),
    },
  });
  const lines = stdout.toString().matchAll(/ => (\/.*) \(0x[0-9a-f]+\)$/gm);
  return [...lines].map(([, file]) => file as string);
}
