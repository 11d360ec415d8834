import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

// Where cargo and rustup look for files. Loaded before the rest of the program: nothing but Node's own modules here.

/** A directory and all above it. */
export function upward(directory: string): string[] {
  const found = [directory];
  for (let at = directory; dirname(at) !== at; at = dirname(at)) found.push(dirname(at));
  return found;
}

/**
 * The directories in which cargo looks for its configuration when it starts in an absolute one, what goes before first (the
 * Cargo Book, "Hierarchical structure").
 */
export function configDirectories(directory: string, env: NodeJS.ProcessEnv): string[] {
  const home = env.CARGO_HOME ? resolve(directory, env.CARGO_HOME) : join(homedir(), '.cargo');
  return [...new Set([...upward(directory).map((above) => join(above, '.cargo')), home])];
}

/** The names of a file of configuration; cargo prefers the first when both are there. */
export const CONFIG_NAMES: readonly string[] = ['config', 'config.toml'];

/** The files in which cargo looks for its configuration when it starts in `real`, which has no symbolic link in it. */
export function configFiles(real: string, env: NodeJS.ProcessEnv): string[] {
  return configDirectories(real, env).flatMap((directory) =>
    CONFIG_NAMES.map((name) => join(directory, name)),
  );
}

/** The files by which rustup chooses a toolchain in `real`. */
export function toolchainFiles(real: string): string[] {
  return upward(real).flatMap((directory) => [
    join(directory, 'rust-toolchain'),
    join(directory, 'rust-toolchain.toml'),
  ]);
}

/** The nearest directory at or above an absolute path that holds a Cargo.toml, as cargo looks for it. */
export function nearestManifest(path: string): string | undefined {
  return upward(path).find((directory) => isFile(join(directory, 'Cargo.toml')));
}

/** False too for what is below a file, or not ours to look at. */
export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}
