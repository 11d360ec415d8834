/** Returns each of some values once, in the order of their first; those with the same JSON are one. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
