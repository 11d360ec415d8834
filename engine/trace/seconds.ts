/** Seconds since a moment of `performance.now()`. */
export function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}
