import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { whyUnwritable } from '../system-errors.ts';
import type { Workspace } from '../workspace/types.ts';
import { FLAGS_VERSION } from './rustc-arguments.ts';

/** Longest path of a Unix socket (Linux, sockaddr_un), less the part that follows the directory. */
const MAX_SOCKET_DIRECTORY = 107 - '/unit-1234567/link.sock'.length;

/** Creates a directory for this run alone, for sockets and other short-lived files. Throws CheckError. */
export async function makeRunDirectory(): Promise<string> {
  const wanted = tmpdir();
  const name = 'cackle-XXXXXX';
  const fits = Buffer.byteLength(join(wanted, name)) <= MAX_SOCKET_DIRECTORY;
  const parent = fits ? wanted : '/tmp';
  try {
    return await mkdtemp(join(parent, 'cackle-'));
  } catch (error) {
    throw new CheckError(
      `cannot make a temporary directory in ${parent}: ${whyUnwritable(error)}`,
      'let TMPDIR name a directory that can be written, with room on its disk',
      { cause: error },
    );
  }
}

/**
 * Creates a link to the shim whose path differs with the flags and the store: cargo caches the output of `rustc -vV`
 * by the wrapper's path and would not ask again. Throws CheckError.
 */
export async function linkWrapper(
  workspace: Workspace,
  shim: string,
  storeId: string,
): Promise<string> {
  const directory = join(workspace.targetDirectory, '.cackle');
  const path = join(directory, `rustc-${FLAGS_VERSION}-${storeId}`);
  try {
    await makeDirectory(directory);
    // Renamed into place: the cargo of another check may run it at any moment.
    const temporary = `${path}.${process.pid}`;
    rmSync(temporary, { force: true });
    symlinkSync(shim, temporary);
    renameSync(temporary, path);
  } catch (error) {
    throw new CheckError(
      `cannot write to ${directory}: ${whyUnwritable(error)}`,
      'the target directory has to be writable, with room on its disk',
      { cause: error },
    );
  }
  return path;
}
