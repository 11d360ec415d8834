import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ExtractError, type FileRoom, type Free, guarded, type ParserModule } from './module.ts';

/**
 * An object file or archive, read into the parsers' own memory: what is hashed and what is parsed are the same bytes, and there is
 * no second copy of them. `free` it.
 */
export class FileInput {
  private readonly module: ParserModule;
  private readonly room: Free<FileRoom>;
  readonly size: number;

  /** Throws {@link ExtractError} when the file cannot be read. */
  constructor(path: string) {
    const file = open(path);
    try {
      const status = fstatSync(file);
      if (!status.isFile()) throw new ExtractError('it is not a file');
      this.size = status.size;
      [this.module, this.room] = guarded((module) => [module, new module.FileRoom(this.size)]);
      this.fill(file);
    } catch (error) {
      throw unreadable(error);
    } finally {
      closeSync(file);
    }
  }

  private fill(file: number): void {
    const { bytes } = this;
    try {
      for (let at = 0; at < this.size; ) {
        const read = readSync(file, bytes, at, this.size - at, at);
        if (read === 0) throw new ExtractError('it became shorter while it was read');
        at += read;
      }
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** A view that is good until the parsers are called again: their memory moves when it grows. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.module.moduleMemory().buffer, this.room.offset, this.size);
  }

  /** The content of its facts file (facts/codec.ts). Throws {@link ExtractError}. */
  extract(debugInfo: boolean): Uint8Array {
    return guarded(() => this.room.extract(debugInfo), this.module);
  }

  free(): void {
    try {
      this.room.free();
    } catch {
      // A trap left it in use; that instance is not used again.
    }
  }
}

function open(path: string): number {
  try {
    // A pipe would wait for a writer.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): ExtractError {
  return error instanceof ExtractError ? error : new ExtractError((error as Error).message);
}
