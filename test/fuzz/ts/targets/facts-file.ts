// Facts files: an error of their own class, or columns that are as long as the header says and fill the payload.
import { crc32 } from 'node:zlib';
import { countMembers, decodeFacts, FactsFormatError } from '../../../../engine/facts/codec.ts';
import { columnTypes, FACTS_VERSION, type ObjectFacts } from '../../../../engine/facts/tables.ts';
import { holds, same, unless } from '../target.ts';

const columns = Object.keys(columnTypes) as (keyof ObjectFacts)[];
const HEADER = 4 * (5 + columns.length);

/** The lengths of some columns, then the payload: most are empty. */
function file(lengths: Readonly<Record<number, number>>, total: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4 + 4 * columns.length);
  head.writeUInt32LE(total, 0);
  for (const [column, length] of Object.entries(lengths))
    head.writeUInt32LE(length, 4 + 4 * Number(column));
  return Buffer.concat([head, payload]);
}

/** An LZ4 block of literals alone, shorter than 15. */
const literals = (bytes: readonly number[]): Buffer => Buffer.from([bytes.length << 4, ...bytes]);

export const seeds = [
  file({}, 0, literals([])),
  file({ 0: 1 }, 4, literals([0, 0, 0, 0])),
  file({ 0: 2, 1: 3 }, 12, literals([0, 0, 0, 0, 3, 0, 0, 0, 97, 98, 99, 0])),
  file({ 0: 2, 1: 1 }, 12, literals([0, 0, 0, 0, 1, 0, 0, 0, 97, 0, 0])),
  file({ 4: 1, 33: 5 }, 12, literals([0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0])),
];

/** The input as a file with whatever a fuzzer would not find: magic, version, number of columns, checksum. */
function sealed(data: Buffer): Buffer {
  const front = Buffer.alloc(16);
  front.writeUInt32LE(0x464c_4b43, 0);
  front.writeUInt32LE(FACTS_VERSION, 4);
  front.writeUInt32LE(columns.length, 12);
  const bytes = Buffer.concat([front, data]);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

export function read(data: Buffer): unknown {
  return decodeFacts(sealed(data));
}

export function fuzz(data: Buffer): void {
  // As it is: nothing may pass whose checksum was not made for it.
  holds(unless(FactsFormatError, () => decodeFacts(data)) === undefined, 'taken unsealed');
  const bytes = sealed(data);
  const facts = unless(FactsFormatError, () => decodeFacts(bytes));
  if (facts === undefined) return;
  let total = 0;
  for (const [index, column] of columns.entries()) {
    const length = bytes.readUInt32LE(20 + 4 * index);
    same(facts[column].length, length, column);
    total += Math.ceil(facts[column].byteLength / 4) * 4;
  }
  same(total, bytes.readUInt32LE(16), 'total');
  // One byte of a block stands for 255 at most.
  holds(total <= 255 * (bytes.length - HEADER), 'more than a block can hold', total);
  same(countMembers(bytes), facts.memberName.length, 'members');
}
