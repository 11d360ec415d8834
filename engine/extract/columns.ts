/** A Uint32Array that grows by doubling. */
export class GrowingU32 {
  private values = new Uint32Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  /** The values pushed so far; a view, valid until the next push. */
  array(): Uint32Array {
    return this.values.subarray(0, this.length);
  }
}

/** For a column sorted by group: the first row of each group, and the number of rows at the end. */
export function firstRows(sortedGroups: Uint32Array, groupCount: number): Uint32Array {
  const first = new Uint32Array(groupCount + 1);
  for (const group of sortedGroups) first[group + 1] = (first[group + 1] as number) + 1;
  for (let i = 0; i < groupCount; i++)
    first[i + 1] = (first[i + 1] as number) + (first[i] as number);
  return first;
}

/** Stable counting sort: `order` lists the rows group by group, `first` is as {@link firstRows}. */
export function groupBy(
  groups: Uint32Array,
  groupCount: number,
): { first: Uint32Array; order: Uint32Array } {
  const first = firstRows(groups, groupCount);
  const next = first.slice();
  const order = new Uint32Array(groups.length);
  groups.forEach((group, row) => {
    order[next[group] as number] = row;
    next[group] = (next[group] as number) + 1;
  });
  return { first, order };
}
