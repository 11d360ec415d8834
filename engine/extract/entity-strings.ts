import { NONE } from '../facts/tables.ts';
import { GrowingU32 } from './columns.ts';
import type { StringTable } from './parsers.ts';

/** Joins the string tables of the parsers into one and numbers those strings that name something (*entities*). */
export class EntityStrings {
  private readonly texts: string[];
  private readonly idOf = new Map<string, number>();
  private entityOfString: Uint32Array;
  private readonly strings = new GrowingU32();
  private readonly foreignId = new Map<number, number>();

  /** Starts from object-wasm's table: its ids stay as they are. */
  constructor(base: StringTable) {
    this.texts = decodeAll(base);
    this.texts.forEach((text, id) => {
      if (!this.idOf.has(text)) this.idOf.set(text, id);
    });
    this.entityOfString = new Uint32Array(Math.max(64, this.texts.length * 2)).fill(NONE);
  }

  /** The entity that the string `id` names. */
  entity(id: number): number {
    if (id >= this.entityOfString.length) {
      const larger = new Uint32Array(Math.max(id + 1, this.entityOfString.length * 2)).fill(NONE);
      larger.set(this.entityOfString);
      this.entityOfString = larger;
    }
    const known = this.entityOfString[id] as number;
    if (known !== NONE) return known;
    const entity = this.strings.length;
    this.strings.push(id);
    this.entityOfString[id] = entity;
    return entity;
  }

  /** Our id of string `id` of the debug info's table. */
  foreign(table: StringTable, id: number): number {
    const known = this.foreignId.get(id);
    if (known !== undefined) return known;
    const text = decodeOne(table, id);
    let own = this.idOf.get(text);
    if (own === undefined) {
      own = this.texts.length;
      this.texts.push(text);
      this.idOf.set(text, own);
    }
    this.foreignId.set(id, own);
    return own;
  }

  /** The entity that string `id` of the debug info's table names. */
  foreignEntity(table: StringTable, id: number): number {
    return this.entity(this.foreign(table, id));
  }

  entityText(entity: number): string {
    return this.texts[this.strings.array()[entity] as number] as string;
  }

  /** String ids by entity. */
  entityStrings(): Uint32Array {
    return this.strings.array().slice();
  }

  /** The strings of the entities alone, in entity order. */
  entityTable(): StringTable {
    return encodeAll(Array.from(this.strings.array(), (id) => this.texts[id] as string));
  }

  /** All strings. */
  table(): StringTable {
    return encodeAll(this.texts);
  }
}

function decodeOne(table: StringTable, id: number): string {
  const start = table.offsets[id] as number;
  const end = table.offsets[id + 1] as number;
  return Buffer.from(table.bytes.buffer, table.bytes.byteOffset + start, end - start).toString(
    'utf8',
  );
}

function decodeAll(table: StringTable): string[] {
  const buffer = Buffer.from(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength);
  const texts: string[] = [];
  for (let id = 0; id + 1 < table.offsets.length; id++) {
    texts.push(buffer.toString('utf8', table.offsets[id], table.offsets[id + 1]));
  }
  return texts;
}

function encodeAll(texts: readonly string[]): StringTable {
  const bytes = Buffer.from(texts.join(''), 'utf8');
  const offsets = new Uint32Array(texts.length + 1);
  let at = 0;
  texts.forEach((text, i) => {
    at += Buffer.byteLength(text, 'utf8');
    offsets[i + 1] = at;
  });
  return { offsets, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
