import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Found once: the program does not move while it runs. */
let root: string | undefined;

/** Returns the directory of the package that this code belongs to, in a clone and when installed. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'cackle') {
      root = directory;
      return directory;
    }
    const parent = dirname(directory);
    if (parent === directory) throw new Error('the package.json of cackle was not found');
    directory = parent;
  }
}

/** Returns the directory of files that are kept for the user, over all workspaces; XDG_CACHE_HOME is honoured. */
export function userCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cackle');
}

/** Returns the path of a file in dist/, from where workers and parsers run. */
export function distPath(...parts: string[]): string {
  return join(packageRoot(), 'dist', ...parts);
}

/** Is `path` below `directory`, or the same? Both are absolute. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** Returns a path without symbolic links; unchanged when nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Returns a path without symbolic links, those that are there: what is below may be missing. */
export function realPlace(path: string): string {
  const parent = dirname(path);
  if (parent === path) return path;
  const real = realPath(path);
  if (real !== path || existsSync(path)) return real;
  return join(realPlace(parent), basename(path));
}

/** Returns the names of what lies in a directory; none where it cannot be read. */
export function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
