import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

// Where cargo and rustup look for files. Loaded before the rest of the program: nothing but Node's own modules here.

/** Returns a directory and all above it, nearest first. */
export function upward(directory: string): string[] {
  const found = [directory];
  for (let at = directory; dirname(at) !== at; at = dirname(at)) found.push(dirname(at));
  return found;
}

/**
 * Returns the directories in which cargo looks for its configuration when it starts in `directory`, an absolute one, by
 * precedence (the Cargo Book, "Hierarchical structure").
 */
export function configDirectories(directory: string, env: NodeJS.ProcessEnv): string[] {
  const home = env.CARGO_HOME ? resolve(directory, env.CARGO_HOME) : join(homedir(), '.cargo');
  return [...new Set([...upward(directory).map((above) => join(above, '.cargo')), home])];
}

/** The names of a file of configuration; cargo prefers the first when both are there. */
export const CONFIG_NAMES: readonly string[] = ['config', 'config.toml'];

/** Returns the files in which cargo looks for its configuration when it starts in `real`, a path without symbolic links. */
export function configFiles(real: string, env: NodeJS.ProcessEnv): string[] {
  return configDirectories(real, env).flatMap((directory) =>
    CONFIG_NAMES.map((name) => join(directory, name)),
  );
}

/** Returns the files by which rustup chooses a toolchain in `real`. */
export function toolchainFiles(real: string): string[] {
  return upward(real).flatMap((directory) => [
    join(directory, 'rust-toolchain'),
    join(directory, 'rust-toolchain.toml'),
  ]);
}

/** Returns the nearest directory at or above an absolute path that holds a Cargo.toml, as cargo looks for it. */
export function nearestManifest(path: string): string | undefined {
  return upward(path).find((directory) => isFile(join(directory, 'Cargo.toml')));
}

/** Is there a file? False too for a path below a file, or in a directory that we may not read. */
export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}
