import type { Edit } from '../config/edit/edit.ts';
import type { Exports } from '../config/exports.ts';
import type { PermissionScope } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';

/** A fix before anybody asks what else it resolves; data only. */
export interface Proposal {
  /** What it does, in a line. */
  readonly title: string;
  /** What it means for the user. */
  readonly explanation: string;
  /** No steps: the problem is passed over, and nothing is written. */
  readonly edit: Edit;
  /** Why it cannot be chosen here, and what to do about it. */
  readonly refused?: string | undefined;
  /** Problems to put to the user next. */
  readonly asksNext?: readonly Problem[] | undefined;
}

/** One way to resolve a problem. */
export interface Fix extends Proposal {
  /** True for the problem itself, and for every other that is gone too once the edit was made. */
  resolves(other: Problem): boolean;
}

/** What some fixes depend on beside cackle.toml; what is not known is taken as harmless. */
export interface FixKnowledge {
  /** Why Bubblewrap does not work here, with what to do; undefined: it works, or nobody tried. */
  readonly bubblewrapFault?: string | undefined;
  /** Every scope whose sources declare anything extern; for keeping version 2's behaviour exactly. */
  readonly externScopes?: readonly PermissionScope[] | undefined;
  /** What packages export; without it, their definitions cannot be written into cackle.toml. */
  readonly exports?: Exports | undefined;
}
