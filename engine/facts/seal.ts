import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { FactsFormatError } from './codec.ts';
import { cannotWrite, writeAtomically } from './files.ts';

// Files that a check leaves for the next count only with the seal of their directory, whose key no sandbox shows.

const KEY_BYTES = 32;
/** Bytes; no facts file is larger. */
const MAX_FACTS = 2 ** 31;
const SEAL_BYTES = 16;
/** By directory: a key is written once and never changes. */
const keys = new Map<string, Buffer>();

/** Returns the file of a directory's key. */
export function keyPath(directory: string): string {
  return join(directory, 'key');
}

/**
 * Reads the key of a directory from disk, or creates it when it is missing or damaged (`isNew`). Throws errors of the file
 * system.
 */
export function openKey(directory: string): { readonly key: Buffer; readonly isNew: boolean } {
  const path = keyPath(directory);
  mkdirSync(directory, { recursive: true });
  const made = createKey(path);
  const found = made ?? readKey(path);
  if (found !== undefined) {
    keys.set(directory, found);
    return { key: found, isNew: made !== undefined };
  }
  rmSync(path, { recursive: true, force: true });
  const key = createKey(path) ?? readKey(path) ?? randomBytes(KEY_BYTES);
  keys.set(directory, key);
  return { key, isNew: true };
}

/** Creates a key; undefined when there is a file already. */
function createKey(path: string): Buffer | undefined {
  const key = randomBytes(KEY_BYTES);
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
  try {
    writeSync(file, key);
    return key;
  } catch (error) {
    rmSync(path, { force: true });
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  } finally {
    closeSync(file);
  }
}

/** Reads an existing key; undefined for a damaged one. Another check or thread may be about to write it. */
function readKey(path: string): Buffer | undefined {
  for (let times = 0; times < 20; times++) {
    let key: Buffer;
    try {
      key = readRegularFile(path);
    } catch {
      return undefined;
    }
    if (key.length === KEY_BYTES) return key;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  return undefined;
}

function keyIn(directory: string): Buffer {
  return keys.get(directory) ?? openKey(directory).key;
}

/** Returns the seal (HMAC) of a text by a directory's key. */
export function sealOf(content: string | Buffer, directory: string): Buffer {
  return createHmac('sha256', keyIn(directory)).update(content).digest().subarray(0, SEAL_BYTES);
}

/** `DIRECTORY/vN/h/HASH.facts` */
const storeOf = (path: string): string => dirname(dirname(dirname(path)));

/** Writes facts with their seal, as {@link writeAtomically} does. */
export function writeFacts(path: string, facts: Buffer): Promise<void> {
  return writeAtomically(path, Buffer.concat([facts, sealOf(facts, storeOf(path))]));
}

/** Reads facts and checks the seal of their store. Throws {@link FactsFormatError}, and errors of the file system. */
export function readFacts(path: string): Buffer {
  const bytes = readRegularFile(path, MAX_FACTS);
  const end = Math.max(0, bytes.length - SEAL_BYTES);
  const facts = bytes.subarray(0, end);
  if (!sealOf(facts, storeOf(path)).equals(bytes.subarray(end)))
    throw new FactsFormatError('not written by a check');
  return facts;
}
