import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { whyUnwritable } from '../system-errors.ts';
import { FACTS_VERSION } from './tables.ts';

// A file apart from the store of records, so that a worker that only writes facts does not load their schemas.

/** Returns the file for the facts of content `hash`, in one of 16 directories: creating 256 would dominate a first check. */
export function factsPath(directory: string, hash: string): string {
  return join(directory, `v${FACTS_VERSION}`, hash.slice(0, 1), `${hash}.facts`);
}

/**
 * Writes to a temporary name beside `path`, then renames: a reader sees all of it or nothing. A check writes hundreds of
 * small files, for which Node's threads take several times as long as the system does.
 */
export async function writeAtomically(path: string, content: Buffer | string): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await create(temporary);
    try {
      writeFileSync(file, content);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}

/** Opens a new file; its directory is missing only for the first file. */
async function create(path: string): Promise<number> {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeDirectory(dirname(path));
    return openSync(path, 'wx');
  }
}

/** Returns the error of a failed write, with the advice in its message: a class would be lost between threads. */
export function cannotWrite(path: string, error: NodeJS.ErrnoException): Error {
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const advice = full
    ? 'make room on that disk, or let CARGO_TARGET_DIR name a directory on another'
    : 'make that directory writable, or let CARGO_TARGET_DIR name another';
  return new Error(`cannot write ${path}: ${whyUnwritable(error)}\n  ${advice}`, { cause: error });
}
