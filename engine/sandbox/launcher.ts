import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { userCache } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import { keptProgram, sourcesOf } from '../workspace/kept-program.ts';
import { cargoProgram, type Finished, runProgram } from '../workspace/run-program.ts';

/** The program that sets Landlock's sandbox; `build/forwarded-signals.ts` knows its processes by this name. */
export const LAUNCHER = 'cackle-launcher';

const sourceDirectory = (): string =>
  sourcesOf('launcher', ['engine/launcher', 'dist/launcher-src'], 'Cargo.toml');

/** What a build of the launcher is made of, relative to its sources. */
function sourceFiles(directory: string): string[] {
  const sources = readdirSync(join(directory, 'src')).sort();
  return ['Cargo.toml', 'Cargo.lock', ...sources.map((name) => join('src', name))];
}

/**
 * Resolves to the path of the launcher. The user's own cargo compiles it once, by its lock, when the user's cache has none for this
 * source. `sysroot` is the directory of the toolchain to use; without one, cargo is that of PATH. Throws CheckError.
 */
export async function ensureLauncher(sysroot: string | undefined): Promise<string> {
  const directory = sourceDirectory();
  const files = sourceFiles(directory);
  const hash = createHash('sha256').update(process.arch);
  for (const file of files) hash.update(file).update(readRegularFile(join(directory, file)));
  const kept = join(userCache(), 'launcher', hash.digest('hex').slice(0, 24));
  try {
    return await keptProgram(kept, LAUNCHER, async (work) => {
      await mkdir(join(work, 'src'));
      for (const file of files) await copyFile(join(directory, file), join(work, file));
      await compile(work, sysroot);
    });
  } catch (error) {
    if (error instanceof CheckError) throw error;
    throw new CheckError(
      `the launcher of Landlock's sandboxes cannot be kept in ${kept}: ${reasonOf(error)}`,
      'let XDG_CACHE_HOME name a directory that can be written, with room on its disk',
      { cause: error },
    );
  }
}

/** Linked without a loader if the system has a libc for that: then no variable can load code into it. */
const STATIC = '-C target-feature=+crt-static';

/** Compiles in a directory below the user's cache: the configuration of cargo in a workspace has no say there. */
async function compile(work: string, sysroot: string | undefined): Promise<void> {
  const own = (name: string): string => (sysroot === undefined ? '' : join(sysroot, 'bin', name));
  const cargo = existsSync(own('cargo')) ? own('cargo') : cargoProgram();
  const rustc = existsSync(own('rustc')) ? own('rustc') : 'rustc';
  const target = join(work, 'target');
  const build = (host: string, flags: string): Promise<Finished> =>
    runProgram(
      cargo,
      ['build', '--release', '--locked', '--target', host, '--target-dir', target],
      { cwd: work, env: environment(rustc, flags) },
    );
  let built: Finished;
  let host: string | undefined;
  try {
    const { stdout } = await runProgram(rustc, ['-vV'], { cwd: work });
    host = /^host: (\S+)$/m.exec(stdout.toString())?.[1];
    if (host === undefined) throw new Error(`${rustc} -vV tells no host`);
    built = await build(host, STATIC);
    if (built.status !== 0) built = await build(host, '');
  } catch (error) {
    throw cannotCompile(reasonOf(error), error);
  }
  if (built.status !== 0) throw cannotCompile(`\n${built.stderr.trim()}`);
  const program = join(work, LAUNCHER);
  await copyFile(join(target, host, 'release', LAUNCHER), program);
  await chmod(program, 0o755);
  for (const name of await readdir(work))
    if (name !== LAUNCHER) await rm(join(work, name), { recursive: true });
}

function cannotCompile(reason: string, cause?: unknown): CheckError {
  return new CheckError(
    `cargo could not compile the launcher of Landlock's sandboxes: ${reason}`,
    'it is compiled once, with Rust 1.80 or newer, from crates that cargo downloads: check again with a network, or with a newer toolchain',
    { cause },
  );
}

/** The environment without what would change the build; settings of the network and of linkers stay. */
function environment(rustc: string, flags: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env))
    if (
      !/^(?:CARGO_BUILD_.*|CARGO_TARGET_DIR|CARGO_PROFILE_.*|CARGO_ENCODED_RUSTFLAGS)$/.test(name)
    )
      env[name] = value;
  return { ...env, RUSTC: rustc, RUSTC_WRAPPER: '', RUSTC_WORKSPACE_WRAPPER: '', RUSTFLAGS: flags };
}
