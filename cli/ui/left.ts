import type { Ending } from '../ui-worker/api.ts';

/** How the user left, or the check ended. */
export interface Left {
  /** Undefined: the user quit. */
  readonly ending: Ending | undefined;
  readonly errors: number;
  readonly warnings: number;
  /** Was everything built and judged? */
  readonly complete: boolean;
}
