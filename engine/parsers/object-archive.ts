import { basename } from 'node:path';

/** System V archives: a magic line, and before each member its name, time, owner, group, mode, size and an end mark, as text. */
const MAGIC = '!<arch>\n';

/** The layout of an archive: its size in bytes, and the place of each file in it. */
interface ArchiveLayout {
  readonly size: number;
  readonly offsets: readonly number[];
  /** Writes everything but the files into `bytes`, whose length is `size`. */
  write(bytes: Uint8Array): void;
}

/** Returns the layout for files of these paths and sizes (bytes): parsers read many small objects as one input. */
export function archiveLayout(paths: readonly string[], sizes: readonly number[]): ArchiveLayout {
  // GNU ar's table for names that do not fit into a header; each ends with "/\n".
  const names = paths.map((path) => Buffer.from(`${basename(path)}/\n`));
  const table = Buffer.concat(names);
  const parts: { readonly at: number; readonly text: Uint8Array }[] = [];
  let at = 0;
  const put = (text: Uint8Array): void => {
    parts.push({ at, text });
    at += text.length;
  };
  const member = (name: string, size: number): void => {
    put(Buffer.from(`${name.padEnd(48)}${String(size).padEnd(10)}\`\n`));
  };
  // Members begin at even offsets.
  const even = (): void => {
    if (at % 2 === 1) put(Buffer.from('\n'));
  };
  put(Buffer.from(MAGIC));
  member('//', table.length);
  put(table);
  even();
  let nameAt = 0;
  const offsets = sizes.map((size, i) => {
    member(`/${nameAt}`, size);
    nameAt += names[i]?.length ?? 0;
    const offset = at;
    at += size;
    even();
    return offset;
  });
  return {
    size: at,
    offsets,
    write: (bytes) => {
      for (const part of parts) bytes.set(part.text, part.at);
    },
  };
}
