import { closeSync, constants, fstatSync, openSync } from 'node:fs';

/**
 * Gives a file that is open for reading, and its size, to `use`. Throws what the system says, and for what is no regular file:
 * opening a pipe would wait for a writer.
 */
export function withRegularFile<T>(path: string, use: (file: number, size: number) => T): T {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new Error('it is not a file');
    return use(file, status.size);
  } finally {
    closeSync(file);
  }
}
