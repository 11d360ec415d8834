/** Time over which the rate is averaged. */
export const WINDOW_MS = 10_000;

/** The units that are built in a second, averaged over {@link WINDOW_MS}. */
export class Rate {
  private samples: { readonly at: number; readonly built: number }[] = [];

  /** Adds a count of built units at a time (ms) and returns the rate; undefined while too little is known. */
  update(built: number, at: number): number | undefined {
    const last = this.samples.at(-1);
    // Another run of cargo counts from zero.
    if (last !== undefined && built < last.built) this.samples = [];
    this.samples.push({ at, built });
    this.samples = this.samples.filter((sample) => at - sample.at <= WINDOW_MS);
    const [first] = this.samples;
    if (first === undefined || at - first.at < 1000) return undefined;
    return (built - first.built) / ((at - first.at) / 1000);
  }
}
