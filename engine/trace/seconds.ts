/** Returns the seconds since a value of `performance.now()`. */
export function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}
