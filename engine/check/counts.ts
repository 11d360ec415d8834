/** What a command counts over all of its builds. */
export class BuildCounts {
  cargoRuns = 0;
  private readonly compilations = new Map<string, number>();

  /** Counts one compilation of a unit. */
  compiled(unit: string): void {
    this.compilations.set(unit, (this.compilations.get(unit) ?? 0) + 1);
  }

  /** How many units were compiled more than once. */
  get compiledAgain(): number {
    return [...this.compilations.values()].filter((times) => times > 1).length;
  }
}
