import type { SessionEnding } from '../ui-worker/api.ts';

/** How the UI ended: the user quit, or the check ended. */
export interface UiOutcome {
  /** Undefined when the user quit. */
  readonly ending: SessionEnding | undefined;
  readonly errors: number;
  readonly warnings: number;
  /** Was everything built and judged? */
  readonly complete: boolean;
}
