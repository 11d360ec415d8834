import { closeSync, openSync, writeSync } from 'node:fs';
import { CheckError } from '../engine/session.ts';
import { type LogLevel, logLevels } from './commands/options.ts';
import { printable } from './printable.ts';

/** Writes down what is done, a line each with time and level; without a file, nothing. */
export class LogFile {
  private file: number | undefined;
  private readonly level: number;

  /** Throws CheckError when the file cannot be written. */
  constructor(path: string | undefined, level: LogLevel) {
    this.level = logLevels.indexOf(level);
    if (path === undefined) return;
    try {
      this.file = openSync(path, 'a');
    } catch (error) {
      throw new CheckError(
        `cannot write the log file ${path}: ${(error as Error).message}`,
        'let --log-file name a file in a directory that can be written',
        { cause: error },
      );
    }
  }

  write(level: LogLevel, text: string): void {
    if (this.file === undefined || logLevels.indexOf(level) > this.level) return;
    // At once: a check may be killed, and the log should tell how far it came.
    writeSync(this.file, `${new Date().toISOString()} ${level} ${printable(text)}\n`);
  }

  /** What is written later, by what a check does beside its report, is lost. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
