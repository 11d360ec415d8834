import type { ColorFunction } from 'consola/utils';

/** Colours of a report; all plain when colour is off. */
export interface Paint {
  readonly red: ColorFunction;
  readonly yellow: ColorFunction;
  readonly green: ColorFunction;
  readonly cyan: ColorFunction;
  readonly dim: ColorFunction;
  readonly bold: ColorFunction;
}

/** How much a report shows. */
export interface ReportOptions {
  readonly backtraces: boolean;
  readonly everyUsage: boolean;
  readonly failOnWarnings: boolean;
  /** False for what has no log; then nothing is told of one. */
  readonly keepsLog?: boolean;
}
