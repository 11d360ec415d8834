import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeFacts, FactsFormatError } from '../../engine/facts/codec.ts';
import { columnTypes, FACTS_VERSION } from '../../engine/facts/tables.ts';
import { factsLayout } from '../../engine/parsers/parsers.ts';

// Facts files are written by wasm/facts and read by engine/facts: both have to speak of the same columns.
test('the parsers write the facts files that the engine reads', () => {
  expect(factsLayout()).toEqual({ version: FACTS_VERSION, columns: Object.keys(columnTypes) });
});

test('facts whose columns claim more than there is are damaged facts', () => {
  const header = Buffer.alloc(20 + 4 * Object.keys(columnTypes).length);
  header.writeUInt32LE(0x464c_4b43, 0);
  header.writeUInt32LE(FACTS_VERSION, 4);
  header.writeUInt32LE(Object.keys(columnTypes).length, 12);
  const file = (lengths: readonly number[], total: number, payload: readonly number[]): Buffer => {
    const bytes = Buffer.concat([header, Buffer.from(payload)]);
    bytes.writeUInt32LE(total, 16);
    for (const [column, length] of lengths.entries()) bytes.writeUInt32LE(length, 20 + 4 * column);
    bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
    return bytes;
  };
  expect(decodeFacts(file([1], 4, [0x40, 0, 0, 0, 0])).stringOffsets).toEqual(new Uint32Array(1));
  // 2^30 words of four bytes are no bytes at all where sizes are cut to 32 bits.
  for (const length of [2 ** 30, 2 ** 31, 2 ** 32 - 1, 2 ** 29])
    for (const total of [0, 4, 2 ** 31])
      expect(() => decodeFacts(file([length], total, [0])), `${length}`).toThrow(FactsFormatError);
  // The parsers say what is wrong with it, and are not given up.
  expect(() => decodeFacts(file([1], 4, [0x40, 0]))).toThrow(/^(?!the parsers gave up)/);
});
