import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Opens a regular file for reading, calls `use` with its number and size, and returns the result. Throws the system's error,
 * and an error when it is no regular file: opening a pipe would wait for a writer.
 */
export function withRegularFile<T>(path: string, use: (file: number, size: number) => T): T {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const status = fstatSync(file);
    if (status.isDirectory())
      throw Object.assign(new Error('EISDIR: it is a directory'), { code: 'EISDIR' });
    if (!status.isFile()) throw new Error('it is not a file');
    return use(file, status.size);
  } finally {
    closeSync(file);
  }
}

/** Bytes; more than any text has that a person or a tool wrote to be read. */
const MAX_TEXT = 64 * 1024 * 1024;
const CHUNK = 1024 * 1024;

/**
 * Reads a regular file; use it for every path that others chose. Throws the system's error, an error when it is no regular
 * file, and {@link TooLargeError} for more than `limit` bytes, whatever size the file claims to have.
 */
export function readRegularFile(path: string, limit = MAX_TEXT): Buffer {
  return withRegularFile(path, (file, size) => readOpenFile(file, size, limit));
}

/** Reads a file that is open already. Throws {@link TooLargeError}, and the system's error. */
export function readOpenFile(file: number, size: number, limit = MAX_TEXT): Buffer {
  if (size > limit) throw new TooLargeError(limit);
  const parts: Buffer[] = [];
  let total = 0;
  for (let length = size + 1; ; length = CHUNK) {
    const part = Buffer.allocUnsafe(length);
    const read = readSync(file, part, 0, length, null);
    if (read === 0) break;
    total += read;
    if (total > limit) throw new TooLargeError(limit);
    parts.push(part.subarray(0, read));
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

/** Reads the first `length` bytes of a regular file, or all if it has fewer. Throws as {@link readRegularFile}. */
export function readRegularStart(path: string, length: number): Buffer {
  return withRegularFile(path, (file) => {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, 0));
  });
}

/** A file that has more bytes than its purpose allows. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';

  constructor(limit: number) {
    super(`it has more than ${Math.floor(limit / 2 ** 20)} MiB`);
  }
}
