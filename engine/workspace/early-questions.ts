import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cargoProgram, type Finished, runProgram } from './run-program.ts';

// cargo and rustc take a while to say what a workspace is. What every check asks is asked before the rest of the program
// is loaded; whoever asks the same then gets that answer.

const asked = new Map<string, Promise<Finished>>();

/** Runs a program to its end, or gives what came of it when it was started early; each early answer is given once. */
export function askOnce(
  program: string,
  args: readonly string[],
  directory: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finished> {
  const key = keyOf(program, args, directory);
  const early = env === process.env ? asked.get(key) : undefined;
  if (early === undefined) return runProgram(program, args, { cwd: directory, env });
  asked.delete(key);
  return early;
}

/** Starts what a check of `path` is likely to ask, until `signal`. What does not fit in the end is not used. */
export function askEarly(
  path: string,
  features: readonly string[] | undefined,
  signal: AbortSignal,
): void {
  const directory = nearestManifest(resolve(path));
  if (directory === undefined) return;
  const start = (program: string, args: readonly string[]): void => {
    const answer = runProgram(program, args, { cwd: directory, signal });
    // Whoever takes it gets the error.
    answer.catch(() => undefined);
    asked.set(keyOf(program, args, directory), answer);
  };
  if (likelyHost !== undefined) start(cargoProgram(), metadataArguments([likelyHost], features));
  const rustc = process.env.RUSTC || 'rustc';
  start(rustc, VERSION_ARGUMENTS);
  start(rustc, SYSROOT_ARGUMENTS);
}

/** With these rustc says its version and the machine that it is for. */
export const VERSION_ARGUMENTS: readonly string[] = ['-vV'];
/** With these rustc says where its toolchain is. */
export const SYSROOT_ARGUMENTS: readonly string[] = ['--print', 'sysroot'];

/** The arguments for `cargo metadata`: dependencies of other platforms than these are left out. */
export function metadataArguments(
  platforms: readonly string[],
  features: readonly string[] | undefined,
): string[] {
  return [
    'metadata',
    '--format-version=1',
    ...platforms.flatMap((platform) => ['--filter-platform', platform]),
    ...(features?.length ? ['--features', features.join(',')] : []),
  ];
}

/** The target triple of the usual toolchain for this machine. */
export const likelyHost: string | undefined = {
  x64: 'x86_64-unknown-linux-gnu',
  arm64: 'aarch64-unknown-linux-gnu',
}[process.arch as string];

/** The nearest directory at or above an absolute path that holds a Cargo.toml, as cargo looks for it. */
export function nearestManifest(path: string): string | undefined {
  for (let directory = path; ; directory = dirname(directory)) {
    if (statSync(join(directory, 'Cargo.toml'), { throwIfNoEntry: false })?.isFile())
      return directory;
    if (dirname(directory) === directory) return undefined;
  }
}

function keyOf(program: string, args: readonly string[], directory: string): string {
  return [program, directory, ...args].join('\0');
}
