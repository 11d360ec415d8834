import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a directory and its missing parents. Throws errors of the file system. Node's own recursive mkdir never returns
 * when a file system answers ENOENT for a directory whose parent is there, as /proc does.
 */
export async function makeDirectory(path: string): Promise<void> {
  if ((await tryToMake(path)) === undefined) return;
  const parent = dirname(path);
  if (parent === path) throw new Error(`cannot make ${path}`);
  if ((await stat(parent).catch(() => undefined)) === undefined) await makeDirectory(parent);
  // If the parent was there, another process may have created it just now.
  if ((await tryToMake(path)) === 'ENOENT') await mkdir(path);
}

/** Undefined when the directory is there, ENOENT when it could not be made for that reason. Throws other errors. */
async function tryToMake(path: string): Promise<'ENOENT' | undefined> {
  try {
    await mkdir(path);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return undefined;
    if (code === 'ENOENT') return code;
    throw error;
  }
}
