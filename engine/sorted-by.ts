/** A copy in the order of a text that stands for each item; that of equal ones does not count. */
export function sortedBy<T>(items: Iterable<T>, textOf: (item: T) => string): T[] {
  return Array.from(items, (item) => ({ item, text: textOf(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ item }) => item);
}
