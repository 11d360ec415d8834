import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { FACTS_VERSION } from './tables.ts';

// Apart from the store of records: a worker that only writes facts need not load their schemas.

/** The file that holds the facts of the content `hash`. Sixteen directories: with 256, a first check mostly makes directories. */
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

/** Opens a new file; the directory is there except for the first one. */
async function create(path: string): Promise<number> {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeDirectory(dirname(path));
    return openSync(path, 'wx');
  }
}

/** What to do about a failed write is part of the message: a class would not survive the way between threads. */
export function cannotWrite(path: string, error: NodeJS.ErrnoException): Error {
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const advice = full
    ? 'make room on that disk, or let CARGO_TARGET_DIR name a directory on another'
    : 'that directory has to be writable; CARGO_TARGET_DIR names another';
  return new Error(`cannot write ${path}: ${error.message}\n  ${advice}`, { cause: error });
}
