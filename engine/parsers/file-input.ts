import { readSync } from 'node:fs';
import { withRegularFile } from '../regular-file.ts';
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
    try {
      [this.module, this.room, this.size] = withRegularFile(path, (file, size) => {
        const [module, room] = guarded((m) => [m, new m.FileRoom(size)] as const);
        fill(viewOf(module, room, size), file, room);
        return [module, room, size];
      });
    } catch (error) {
      throw error instanceof ExtractError ? error : new ExtractError((error as Error).message);
    }
  }

  /** A view that is good until the parsers are called again: their memory moves when it grows. */
  get bytes(): Uint8Array {
    return viewOf(this.module, this.room, this.size);
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

function viewOf(module: ParserModule, room: FileRoom, size: number): Uint8Array {
  return new Uint8Array(module.moduleMemory().buffer, room.offset, size);
}

function fill(bytes: Uint8Array, file: number, room: Free<FileRoom>): void {
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(file, bytes, at, bytes.length - at, at);
      if (read === 0) throw new ExtractError('it became shorter while it was read');
      at += read;
    }
  } catch (error) {
    room.free();
    throw error;
  }
}
