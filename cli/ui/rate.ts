/** What lies further back says nothing about now. */
export const WINDOW_MS = 10_000;

/** Units a second, over the last seconds. */
export class Rate {
  private samples: { readonly at: number; readonly built: number }[] = [];

  /** Takes a count at a time; undefined while too little is known. */
  of(built: number, at: number): number | undefined {
    const last = this.samples.at(-1);
    // Another run of cargo counts from the beginning.
    if (last !== undefined && built < last.built) this.samples = [];
    this.samples.push({ at, built });
    this.samples = this.samples.filter((sample) => at - sample.at <= WINDOW_MS);
    const [first] = this.samples;
    if (first === undefined || at - first.at < 1000) return undefined;
    return (built - first.built) / ((at - first.at) / 1000);
  }
}
