import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withRegularFile } from '../regular-file.ts';

/** Hash that names the facts of a file: of its bytes, and of how much is read from them. */
export function factsHash(bytes: Uint8Array, debugInfo: boolean): string {
  return createHash('sha256')
    .update(bytes)
    .update(debugInfo ? 'd' : 'n')
    .digest('hex')
    .slice(0, 40);
}

/** Hash of what a file holds. */
export function bytesHash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 40);
}

/** What cargo does not look into when it watches the directory of a package. */
const unwatched = new Set(['target', '.git']);

/** Hash of a file's bytes, or of all that a directory holds; `absent` for what is not there, cannot be read, or is neither. */
export function contentHash(path: string): string {
  try {
    return withRegularFile(path, (file) => bytesHash(readFileSync(file)));
  } catch {
    if (!isDirectory(path)) return 'absent';
  }
  const hash = createHash('sha256');
  for (const name of readdirSync(path).sort()) {
    if (unwatched.has(name)) continue;
    hash.update(`${name}\0${contentHash(join(path, name))}\0`);
  }
  return hash.digest('hex').slice(0, 40);
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
