import { closeSync, openSync, writeSync } from 'node:fs';
import { type ConsolaInstance, createConsola, LogLevels } from 'consola/core';
import { CheckError } from '../../engine/errors.ts';
import { whyUnwritable } from '../../engine/system-errors.ts';
import type { LogLevel } from '../arguments/options.ts';
import { printable } from './printable.ts';

/** The log of a check. */
export interface Log {
  write(level: LogLevel, text: string): void;
  /** Closes the log: work that goes on beside the report can write no more. */
  close(): void;
}

/**
 * Opens a log of lines with time and level; without `path` it writes nothing. Throws CheckError when the file cannot be
 * written.
 */
export function openLog(path: string | undefined, level: LogLevel): Log {
  let file = path === undefined ? undefined : openedForAppending(path);
  const log: ConsolaInstance = createConsola({
    level: file === undefined ? LogLevels.silent : LogLevels[level],
    throttle: 0,
    reporters: [
      {
        log({ type, args, date }) {
          // Synchronous: a check may be killed, and the log should show how far it came.
          if (file !== undefined)
            writeSync(file, `${date.toISOString()} ${type} ${printable(args.join(' '))}\n`);
        },
      },
    ],
  });
  return {
    write: (at, text) => log[at](text),
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function openedForAppending(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    throw new CheckError(
      `cannot write the log file ${path}: ${whyUnwritable(error)}`,
      'let --log-file name a file in a writable directory',
      { cause: error },
    );
  }
}
