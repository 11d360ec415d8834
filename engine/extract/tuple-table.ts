/** Interns rows of four u32 values: an equal row gets the id it got before. Grows by doubling. */
export class TupleTable {
  private slots: Uint32Array;
  private rows: Uint32Array;
  private count = 0;

  constructor(expected = 64) {
    let capacity = 64;
    while (capacity < expected * 2) capacity *= 2;
    this.slots = new Uint32Array(capacity);
    this.rows = new Uint32Array((capacity / 2) * 4);
  }

  get length(): number {
    return this.count;
  }

  /** The id of the row (a, b, c, d), new or old. */
  intern(a: number, b: number, c: number, d: number): number {
    const mask = this.slots.length - 1;
    let slot = hash(a, b, c, d) & mask;
    for (;;) {
      const id = this.slots[slot] as number;
      if (id === 0) break;
      const at = (id - 1) * 4;
      const rows = this.rows;
      if (rows[at] === a && rows[at + 1] === b && rows[at + 2] === c && rows[at + 3] === d) {
        return id - 1;
      }
      slot = (slot + 1) & mask;
    }
    const id = this.count++;
    const at = id * 4;
    this.rows[at] = a;
    this.rows[at + 1] = b;
    this.rows[at + 2] = c;
    this.rows[at + 3] = d;
    this.slots[slot] = id + 1;
    if (this.count * 2 >= this.slots.length) this.grow();
    return id;
  }

  /** Value `column` (0–3) of row `id`. */
  at(id: number, column: number): number {
    return this.rows[id * 4 + column] as number;
  }

  /** Value `column` of every row. */
  column(column: number): Uint32Array {
    const values = new Uint32Array(this.count);
    for (let id = 0; id < this.count; id++) values[id] = this.rows[id * 4 + column] as number;
    return values;
  }

  private grow(): void {
    const slots = new Uint32Array(this.slots.length * 2);
    const rows = new Uint32Array(this.rows.length * 2);
    rows.set(this.rows);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      const at = id * 4;
      let slot =
        hash(
          rows[at] as number,
          rows[at + 1] as number,
          rows[at + 2] as number,
          rows[at + 3] as number,
        ) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.slots = slots;
    this.rows = rows;
  }
}

function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ 0x9e37_79b9, 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 15) ^ b, 0xc2b2_ae35);
  h = Math.imul(h ^ (h >>> 13) ^ c, 0x27d4_eb2f);
  h = Math.imul(h ^ (h >>> 16) ^ d, 0x1656_67b1);
  return (h ^ (h >>> 15)) >>> 0;
}
