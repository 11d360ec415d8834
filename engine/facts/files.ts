import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { FACTS_VERSION } from './tables.ts';

// Apart from the store of records: a worker that only writes facts need not load their schemas.

/** The file that holds the facts of the content `hash`. */
export function factsPath(directory: string, hash: string): string {
  return join(directory, `v${FACTS_VERSION}`, hash.slice(0, 2), `${hash}.facts`);
}

/** Writes to a temporary name beside `path`, then renames: a reader sees all of it or nothing. */
export async function writeAtomically(path: string, content: Buffer | string): Promise<void> {
  await makeDirectory(dirname(path)).catch((error) => {
    throw cannotWrite(path, error);
  });
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}

/** What to do about a failed write is part of the message: a class would not survive the way between threads. */
function cannotWrite(path: string, error: NodeJS.ErrnoException): Error {
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const advice = full
    ? 'make room on that disk, or let CARGO_TARGET_DIR name a directory on another'
    : 'that directory has to be writable; CARGO_TARGET_DIR names another';
  return new Error(`cannot write ${path}: ${error.message}\n  ${advice}`, { cause: error });
}
