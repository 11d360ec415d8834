import type { Edit } from '../config/edit/edit.ts';
import type { Exports } from '../config/exports.ts';

/** One way to resolve a problem. Plain data. */
export interface Fix {
  /** What the fix does, in one line. */
  readonly title: string;
  /** What it means for the user. */
  readonly explanation: string;
  /** Without steps, the problem is passed over and nothing is written. */
  readonly edit: Edit;
  /** Why the fix cannot be chosen here, and what to do about that. */
  readonly refused?: string | undefined;
  /** True where it shows rustc what its sandbox hides: no edit step tells. */
  readonly opensSandbox?: true | undefined;
}

/** Facts besides cackle.toml that some fixes depend on. An unknown fact is treated as harmless. */
export interface FixKnowledge {
  /** Why Bubblewrap does not work here, and what to do about it; undefined when it works or was not tried. */
  readonly bubblewrapFault?: string | undefined;
  /** The same of Landlock, which is only tried where Bubblewrap does not work. */
  readonly landlockFault?: string | undefined;
  /** The line by which editors find the schema of a new cackle.toml; undefined where there is none that helps. */
  readonly schemaLine?: string | undefined;
  /** The APIs that packages export; without them, their definitions cannot be written into cackle.toml. */
  readonly exports?: Exports | undefined;
}
