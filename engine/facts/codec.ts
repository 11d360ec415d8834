import { crc32 } from 'node:zlib';
import { unpackFacts } from '../parsers/parsers.ts';
import { type ColumnName, columnTypes, FACTS_VERSION, type ObjectFacts } from './tables.ts';

const MAGIC = 0x464c_4b43; // "CKLF"
const columns = Object.keys(columnTypes) as ColumnName[];
const HEADER_WORDS = 5 + columns.length;

/** A facts file that is cut short, damaged or of another version; its input has to be extracted again. */
export class FactsFormatError extends Error {
  override readonly name = 'FactsFormatError';
}

/** Checks a facts file and returns its number of members, without unpacking it. Throws {@link FactsFormatError}. */
export function countMembers(bytes: Buffer): number {
  checkHeader(bytes);
  return lengthOf(bytes, 'memberName');
}

/** Reads a facts file. Throws {@link FactsFormatError}. */
export function decodeFacts(bytes: Buffer): ObjectFacts {
  checkHeader(bytes);
  const sizes = columns.map((column) => padded(lengthOf(bytes, column) * elementSize(column)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.readUInt32LE(16) !== total) throw new FactsFormatError('columns do not fill it');
  const payload = unpack(bytes.subarray(HEADER_WORDS * 4), total);
  let offset = payload.byteOffset;
  const starts = sizes.map((size) => {
    offset += size;
    return offset - size;
  });
  const view =
    <T>(array: new (buffer: ArrayBufferLike, offset: number, length: number) => T) =>
    (column: ColumnName): T =>
      new array(payload.buffer, starts[columns.indexOf(column)] as number, lengthOf(bytes, column));
  const u8 = view(Uint8Array);
  const u32 = view(Uint32Array);
  // Written out: V8 makes a hash table of an object that gets so many fields by computed names, slow in every loop.
  return {
    stringOffsets: u32('stringOffsets'),
    stringBytes: u8('stringBytes'),
    nameOffsets: u32('nameOffsets'),
    nameBytes: u8('nameBytes'),
    memberName: u32('memberName'),
    memberFile: u32('memberFile'),
    memberFirstSection: u32('memberFirstSection'),
    memberMachine: u32('memberMachine'),
    memberFormat: u32('memberFormat'),
    sectionName: u32('sectionName'),
    sectionFlags: u32('sectionFlags'),
    sectionGroup: u32('sectionGroup'),
    sectionLinkOrder: u32('sectionLinkOrder'),
    sectionFirstNode: u32('sectionFirstNode'),
    nodeSection: u32('nodeSection'),
    nodeEntity: u32('nodeEntity'),
    nodeQualified: u32('nodeQualified'),
    nodeFlags: u32('nodeFlags'),
    nodePlace: u32('nodePlace'),
    nodeFirstEdge: u32('nodeFirstEdge'),
    nodeFirstFrame: u32('nodeFirstFrame'),
    edgeTarget: u32('edgeTarget'),
    edgeFrame: u32('edgeFrame'),
    edgePlace: u32('edgePlace'),
    frameParent: u32('frameParent'),
    frameEntity: u32('frameEntity'),
    frameQualified: u32('frameQualified'),
    framePlace: u32('framePlace'),
    placeFile: u32('placeFile'),
    placeLine: u32('placeLine'),
    placeColumn: u32('placeColumn'),
    entityString: u32('entityString'),
    entityFirstName: u32('entityFirstName'),
    entityNames: u32('entityNames'),
    entityRoles: u8('entityRoles'),
    entityCrate: u32('entityCrate'),
    absoluteEntity: u32('absoluteEntity'),
    undefinedMember: u32('undefinedMember'),
    undefinedEntity: u32('undefinedEntity'),
    bitcodeMember: u32('bitcodeMember'),
  };
}

function checkHeader(bytes: Buffer): void {
  if (bytes.length < HEADER_WORDS * 4) throw new FactsFormatError('cut short');
  if (bytes.readUInt32LE(0) !== MAGIC) throw new FactsFormatError('not a facts file');
  const version = bytes.readUInt32LE(4);
  if (version !== FACTS_VERSION) throw new FactsFormatError(`version ${version}`);
  if (bytes.readUInt32LE(12) !== columns.length) throw new FactsFormatError('other columns');
  if (bytes.readUInt32LE(8) !== crc32(bytes.subarray(12)))
    throw new FactsFormatError('checksum does not match');
}

function unpack(payload: Buffer, size: number): Uint8Array {
  let unpacked: Uint8Array;
  try {
    unpacked = unpackFacts(payload, size);
  } catch (error) {
    throw new FactsFormatError((error as Error).message);
  }
  if (unpacked.length !== size) throw new FactsFormatError('cut short');
  return unpacked;
}

function lengthOf(bytes: Buffer, column: ColumnName): number {
  return bytes.readUInt32LE(20 + columns.indexOf(column) * 4);
}

function elementSize(column: ColumnName): number {
  return columnTypes[column] === 'u8' ? 1 : 4;
}

function padded(size: number): number {
  // No bit operations, which have 32 bits: a damaged file may claim more.
  return Math.ceil(size / 4) * 4;
}
