import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it that are missing. Node's own recursive mkdir never returns where a file
 * system answers ENOENT for a directory whose parent is there, as /proc does.
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    const parentIsThere = parent === path || (await stat(parent).catch(() => undefined));
    if (code !== 'ENOENT' || parentIsThere) throw error;
    await makeDirectory(parent);
    await makeDirectory(path);
  }
}
