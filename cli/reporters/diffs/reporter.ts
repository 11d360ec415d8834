import type { Diff } from '../../../engine/diff/types.ts';

/** A finished comparison, and how much of it a report for people shows. */
export interface DiffResult {
  readonly diff: Diff;
  /** Show all places and lines. */
  readonly everything: boolean;
  /** May the text have colours? */
  readonly colour: boolean;
  /** The version of this program. */
  readonly version: string;
}

/** Returns the whole text of a diff's report, with a line break at its end (rule 6.18). */
export type DiffReporter = (result: DiffResult) => string;
