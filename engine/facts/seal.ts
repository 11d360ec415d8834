import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { FactsFormatError } from './codec.ts';
import { writeAtomically } from './files.ts';

// What a check left for the next is believed when it bears the seal of its directory, whose key no sandbox shows.

const KEY_BYTES = 32;
/** A facts file is not larger. */
const MAX_FACTS = 2 ** 31;
const SEAL_BYTES = 16;
const keys = new Map<string, Buffer>();

/** The file of a directory's key. */
export function keyPath(directory: string): string {
  return join(directory, 'key');
}

/** The key of a directory as it is on disk, and whether it was made just now. Errors of the file system pass through. */
export function openKey(directory: string): { readonly key: Buffer; readonly isNew: boolean } {
  const path = keyPath(directory);
  const made = randomBytes(KEY_BYTES);
  let isNew = false;
  mkdirSync(directory, { recursive: true });
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, made);
    closeSync(file);
    isNew = true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = isNew ? made : readKey(path);
  keys.set(directory, key);
  return { key, isNew };
}

/** Another check or thread may be about to write it. */
function readKey(path: string): Buffer {
  for (let times = 0; times < 200; times++) {
    const key = readFileSync(path);
    if (key.length === KEY_BYTES) return key;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  throw new Error(`${path} is no key: remove its directory`);
}

function keyIn(directory: string): Buffer {
  return keys.get(directory) ?? openKey(directory).key;
}

/** The seal of a text by a directory's key. */
export function sealOf(content: string | Buffer, directory: string): Buffer {
  return createHmac('sha256', keyIn(directory)).update(content).digest().subarray(0, SEAL_BYTES);
}

/** `DIRECTORY/vN/h/HASH.facts` */
const storeOf = (path: string): string => dirname(dirname(dirname(path)));

/** Writes facts with their seal; see {@link writeAtomically}. */
export function writeFacts(path: string, facts: Buffer): Promise<void> {
  return writeAtomically(path, Buffer.concat([facts, sealOf(facts, storeOf(path))]));
}

/** Facts that bear the seal of their store. Throws {@link FactsFormatError}, and errors of the file system. */
export function readFacts(path: string): Buffer {
  const bytes = readRegularFile(path, MAX_FACTS);
  const end = Math.max(0, bytes.length - SEAL_BYTES);
  const facts = bytes.subarray(0, end);
  if (!sealOf(facts, storeOf(path)).equals(bytes.subarray(end)))
    throw new FactsFormatError('not written by a check');
  return facts;
}
