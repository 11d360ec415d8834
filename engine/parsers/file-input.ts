import { readSync, statSync } from 'node:fs';
import { withRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import { ExtractError, type FileRoom, type Free, guarded, type ParserModule } from './module.ts';
import { archiveLayout } from './object-archive.ts';

/**
 * An object file or archive, or several objects as one archive, read into the parsers' own memory: the same bytes are hashed
 * and parsed, without a second copy. Call `free` in the end.
 */
export class FileInput {
  private readonly module: ParserModule;
  private readonly room: Free<FileRoom>;
  readonly size: number;

  /** Throws {@link ExtractError} when a file cannot be read. */
  constructor(paths: readonly [string, ...string[]]) {
    try {
      const sizes = paths.map((path) => statSync(path).size);
      // The parser skips an empty member of an archive; for a linker an empty object is an error.
      if (paths.length > 1 && sizes.includes(0)) throw new ExtractError('an empty object');
      const layout = paths.length > 1 ? archiveLayout(paths, sizes) : undefined;
      this.size = layout?.size ?? (sizes[0] as number);
      [this.module, this.room] = guarded((m) => [m, new m.FileRoom(this.size)] as const);
      try {
        const { bytes } = this;
        layout?.write(bytes);
        paths.forEach((path, i) => {
          const at = layout?.offsets[i] ?? 0;
          fill(bytes.subarray(at, at + (sizes[i] as number)), path);
        });
      } catch (error) {
        this.free();
        throw error;
      }
    } catch (error) {
      throw error instanceof ExtractError ? error : new ExtractError(reasonOf(error));
    }
  }

  /** A view that is valid until the next call of the parsers: their memory moves when it grows. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.module.moduleMemory().buffer, this.room.offset, this.size);
  }

  /** Returns the content of its facts file (facts/codec.ts). Throws {@link ExtractError}. */
  extract(debugInfo: boolean): Uint8Array {
    return guarded(() => this.room.extract(debugInfo), this.module);
  }

  /** Returns the name and content of each member of an archive; a view as {@link bytes}. Throws {@link ExtractError}. */
  members(): { name: string; content: Uint8Array }[] {
    const { names, offsets, lengths } = guarded(() => {
      const members = this.room.members();
      const { names, offsets, lengths } = members;
      members.free();
      return { names, offsets, lengths };
    }, this.module);
    const { bytes } = this;
    return names.map((name, i) => {
      const at = offsets[i] as number;
      return { name, content: bytes.subarray(at, at + (lengths[i] as number)) };
    });
  }

  free(): void {
    try {
      this.room.free();
    } catch {
      // A trap left the input borrowed; that instance is not used again.
    }
  }
}

function fill(bytes: Uint8Array, path: string): void {
  withRegularFile(path, (file) => {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(file, bytes, at, bytes.length - at, at);
      if (read === 0) throw new ExtractError('it became shorter while it was read');
      at += read;
    }
  });
}
