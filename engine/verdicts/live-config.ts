import type { Config } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';

/** Milliseconds before a waiting program is reported: it could not give up its job token for less. */
const PATIENCE_MS = 100;

/** A build script or proc macro that waits for an answer. */
export interface Waiting {
  readonly packageLabel: string;
  /** E.g. `build script`, `proc macro`. */
  readonly what: string;
}

/** The configuration in force, which may change while a build goes on. */
export interface LiveConfig {
  readonly current: Config;
  /**
   * Asks the user about problems that hold up the build, and names what waits. Resolves to true when the
   * configuration changed, so that judging again may help. Absent when there is no user to ask.
   */
  readonly resolve?:
    | ((problems: readonly Problem[], waiting: Waiting) => Promise<boolean>)
    | undefined;
  /** True when no person has to decide: each question is answered at once, by the fix that is listed as the best. */
  readonly answersAtOnce?: boolean | undefined;
  /**
   * Resolves to true when the file differs from the one that was last read or written. Absent when everyone may edit
   * it.
   */
  readonly isReplaced?: (() => Promise<boolean>) | undefined;
  /**
   * Shows the user the problems that are left when everything is built, and the configuration that they were judged
   * by. Resolves to true when the configuration changed in a way that needs no other build, so that the outputs are
   * judged again. Absent when there is no user to ask.
   */
  readonly accept?:
    | ((problems: readonly Problem[], judgedBy: Config) => Promise<boolean>)
    | undefined;
}

/** Judges until no problem is left or the user does not settle any; resolves to the remaining problems. */
export async function untilSettled(
  live: LiveConfig,
  waiting: Waiting & { readonly waits: () => void },
  judge: () => Promise<Problem[]>,
): Promise<Problem[]> {
  for (;;) {
    const before = live.current;
    const problems = await judge();
    if (problems.length === 0 || live.resolve === undefined) return problems;
    // The configuration has changed meanwhile, so the user need not be asked.
    if (live.current !== before) continue;
    const { waits, ...who } = waiting;
    const patience = setTimeout(waits, PATIENCE_MS);
    const changed = await live.resolve(problems, who).finally(() => clearTimeout(patience));
    // Another gate may have asked for the same thing meanwhile.
    if (!changed && live.current === before) return problems;
  }
}
