import { crc32 } from 'node:zlib';
import { type ColumnName, columnTypes, type ObjectFacts } from './tables.ts';

/** Raised whenever the layout or the meaning of a column changes: older files are then extracted again. */
export const FACTS_VERSION = 4;

const MAGIC = 0x464c_4b43; // "CKLF"
const columns = Object.keys(columnTypes) as ColumnName[];
const HEADER_WORDS = 4 + columns.length;

/** A facts file that is cut short, damaged or of another version; the cure is to extract again. */
export class FactsFormatError extends Error {
  override readonly name = 'FactsFormatError';
}

/** Lays the columns out behind a header {magic, version, crc32 of all that follows, columns, lengths in elements}. */
export function encodeFacts(facts: ObjectFacts): Buffer {
  const lengths = columns.map((c) => facts[c].length);
  const sizes = columns.map((c) => padded(facts[c].byteLength));
  const total = HEADER_WORDS * 4 + sizes.reduce((sum, size) => sum + size, 0);
  const buffer = Buffer.alloc(total);
  buffer.writeUInt32LE(MAGIC, 0);
  buffer.writeUInt32LE(FACTS_VERSION, 4);
  buffer.writeUInt32LE(columns.length, 12);
  lengths.forEach((length, i) => {
    buffer.writeUInt32LE(length, 16 + i * 4);
  });
  let offset = HEADER_WORDS * 4;
  columns.forEach((column, i) => {
    const array = facts[column];
    buffer.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += sizes[i] as number;
  });
  buffer.writeUInt32LE(crc32(buffer.subarray(12)), 8);
  return buffer;
}

/** Reads a facts file without copying: the columns are views of `bytes`. Throws {@link FactsFormatError}. */
export function decodeFacts(bytes: Buffer): ObjectFacts {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  if (aligned.length < HEADER_WORDS * 4) throw new FactsFormatError('cut short');
  if (aligned.readUInt32LE(0) !== MAGIC) throw new FactsFormatError('not a facts file');
  const version = aligned.readUInt32LE(4);
  if (version !== FACTS_VERSION) throw new FactsFormatError(`version ${version}`);
  if (aligned.readUInt32LE(12) !== columns.length) throw new FactsFormatError('other columns');
  if (aligned.readUInt32LE(8) !== crc32(aligned.subarray(12))) {
    throw new FactsFormatError('checksum does not match');
  }
  let offset = HEADER_WORDS * 4;
  const facts: Partial<Record<ColumnName, Uint8Array | Uint32Array>> = {};
  columns.forEach((column, i) => {
    const length = aligned.readUInt32LE(16 + i * 4);
    const byteLength = columnTypes[column] === 'u8' ? length : length * 4;
    if (offset + byteLength > aligned.length) throw new FactsFormatError('cut short');
    const start = aligned.byteOffset + offset;
    facts[column] =
      columnTypes[column] === 'u8'
        ? new Uint8Array(aligned.buffer, start, length)
        : new Uint32Array(aligned.buffer, start, length);
    offset += padded(byteLength);
  });
  return facts as ObjectFacts;
}

function padded(size: number): number {
  return (size + 3) & ~3;
}
