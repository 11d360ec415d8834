import type { Edit } from '../config/edit/edit.ts';
import type { Exports } from '../config/exports.ts';

/** One way to resolve a problem; data only. */
export interface Fix {
  /** What it does, in a line. */
  readonly title: string;
  /** What it means for the user. */
  readonly explanation: string;
  /** No steps: the problem is passed over, and nothing is written. */
  readonly edit: Edit;
  /** Why it cannot be chosen here, and what to do about it. */
  readonly refused?: string | undefined;
}

/** What some fixes depend on beside cackle.toml; what is not known is taken as harmless. */
export interface FixKnowledge {
  /** Why Bubblewrap does not work here, with what to do; undefined: it works, or nobody tried. */
  readonly bubblewrapFault?: string | undefined;
  /** What packages export; without it, their definitions cannot be written into cackle.toml. */
  readonly exports?: Exports | undefined;
}
