/** Returns a number with its noun: `1 package`, `2 packages`. */
export function count(n: number, one: string, several = `${one}s`): string {
  return `${n} ${n === 1 ? one : several}`;
}
