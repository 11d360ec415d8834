import { NONE } from '../facts/tables.ts';
import { GrowingU32 } from './columns.ts';
import type { StringTable } from './parsers.ts';

const exceptionTable = Buffer.from('.gcc_except_table');

/**
 * Joins the string tables of the parsers into one and numbers those strings that name something (*entities*). Strings
 * stay bytes throughout: both tables are UTF-8, so equal text is equal bytes.
 */
export class EntityStrings {
  /** All strings: those of object-wasm, then what only the debug info has. */
  private bytes: Uint8Array;
  private readonly offsets = new GrowingU32();
  private count = 0;
  private readonly strings = new GrowingU32();
  private entityOfString: Uint32Array;
  /** Open addressing by hash of the bytes: id + 1, 0 is free. */
  private slots: Uint32Array;
  private foreignIds: Uint32Array = new Uint32Array(0);

  /** Starts from object-wasm's table: its ids stay as they are. */
  constructor(base: StringTable) {
    const count = base.offsets.length - 1;
    this.bytes = new Uint8Array(base.bytes.length * 2 + 64);
    this.entityOfString = new Uint32Array(Math.max(64, count * 2)).fill(NONE);
    let capacity = 64;
    while (capacity < count * 4) capacity *= 2;
    this.slots = new Uint32Array(capacity);
    this.offsets.push(0);
    for (let id = 0; id < count; id++) {
      const slot = this.slotOf(base, id);
      this.append(base, id);
      // Of strings that are there twice the first is found.
      if (this.slots[slot] === 0) this.slots[slot] = id + 1;
    }
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

  /** Our id of string `id` of the debug info's table; no other table may be given. */
  foreign(table: StringTable, id: number): number {
    if (this.foreignIds.length === 0)
      this.foreignIds = new Uint32Array(table.offsets.length).fill(NONE);
    const known = this.foreignIds[id] as number;
    if (known !== NONE) return known;
    const slot = this.slotOf(table, id);
    let own = (this.slots[slot] as number) - 1;
    if (own < 0) {
      own = this.append(table, id);
      this.slots[slot] = own + 1;
      if (this.count * 2 > this.slots.length) this.grow();
    }
    this.foreignIds[id] = own;
    return own;
  }

  /** The entity that string `id` of the debug info's table names. */
  foreignEntity(table: StringTable, id: number): number {
    return this.entity(this.foreign(table, id));
  }

  entityText(entity: number): string {
    const id = this.strings.array()[entity] as number;
    const offsets = this.offsets.array();
    return Buffer.from(this.bytes.buffer).toString('utf8', offsets[id], offsets[id + 1]);
  }

  /** String ids by entity. */
  entityStrings(): Uint32Array {
    return this.strings.array().slice();
  }

  /** The strings of the entities alone, in entity order. */
  entityTable(): StringTable {
    return this.gather(this.strings.array());
  }

  /**
   * Does a join look for sections of this name? Those that a program can name by `__start_NAME`, and exception tables.
   * Other names are `.text.` and the symbol again.
   */
  isSought(id: number): boolean {
    if (this.isIdentifier(id)) return true;
    const start = this.offsets.array()[id] as number;
    return exceptionTable.every((byte, at) => this.bytes[start + at] === byte);
  }

  private isIdentifier(id: number): boolean {
    const offsets = this.offsets.array();
    const start = offsets[id] as number;
    const end = offsets[id + 1] as number;
    for (let at = start; at < end; at++) {
      const c = this.bytes[at] as number;
      const letter = ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a) || c === 0x5f;
      if (!letter && (at === start || c < 0x30 || c > 0x39)) return false;
    }
    return end > start;
  }

  /** The strings that are used, each once, and the columns of ids as ids of that table; NONE stays. */
  compact<C extends string>(
    columns: Readonly<Record<C, Uint32Array>>,
  ): { readonly table: StringTable; readonly columns: Record<C, Uint32Array> } {
    const renumbered = new Uint32Array(this.count).fill(NONE);
    const used = new GrowingU32();
    const mapped = {} as Record<C, Uint32Array>;
    for (const name of Object.keys(columns) as C[]) {
      mapped[name] = columns[name].map((id) => {
        if (id === NONE) return NONE;
        if (renumbered[id] === NONE) {
          renumbered[id] = used.length;
          used.push(id);
        }
        return renumbered[id] as number;
      });
    }
    return { table: this.gather(used.array()), columns: mapped };
  }

  private gather(ids: Uint32Array): StringTable {
    const own = this.offsets.array();
    const offsets = new Uint32Array(ids.length + 1);
    ids.forEach((id, index) => {
      const length = (own[id + 1] as number) - (own[id] as number);
      offsets[index + 1] = (offsets[index] as number) + length;
    });
    const bytes = new Uint8Array(offsets[ids.length] as number);
    ids.forEach((id, index) => {
      bytes.set(this.bytes.subarray(own[id], own[id + 1]), offsets[index]);
    });
    return { offsets, bytes };
  }

  private append(table: StringTable, row: number): number {
    const text = table.bytes.subarray(table.offsets[row], table.offsets[row + 1]);
    const start = this.offsets.array()[this.count] as number;
    if (start + text.length > this.bytes.length) {
      const larger = new Uint8Array((start + text.length) * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(text, start);
    this.offsets.push(start + text.length);
    return this.count++;
  }

  /** The slot that holds the string with these bytes, or the free one where it belongs. */
  private slotOf(table: StringTable, row: number): number {
    const from = table.offsets[row] as number;
    const length = (table.offsets[row + 1] as number) - from;
    const own = this.offsets.array();
    const mask = this.slots.length - 1;
    let slot = hash(table.bytes, from, from + length) & mask;
    for (;;) {
      const id = (this.slots[slot] as number) - 1;
      if (id < 0) return slot;
      const start = own[id] as number;
      if ((own[id + 1] as number) - start === length) {
        let at = 0;
        while (at < length && this.bytes[start + at] === table.bytes[from + at]) at++;
        if (at === length) return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    const own = this.offsets.array();
    const mask = this.slots.length - 1;
    for (const filled of old) {
      if (filled === 0) continue;
      const id = filled - 1;
      let slot = hash(this.bytes, own[id] as number, own[id + 1] as number) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = filled;
    }
  }
}

/** FNV-1a, with its upper bits mixed into the lower ones. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c_9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ (bytes[i] as number), 0x0100_0193);
  return (h ^ (h >>> 15)) >>> 0;
}
