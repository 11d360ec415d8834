import type { Config } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';

/** Who waits for less is not told about: it would be back before anybody could use its place. */
const PATIENCE_MS = 100;

/** A build script or proc macro that waits for an answer. */
export interface Waiting {
  readonly packageLabel: string;
  /** e.g. `build script`, `proc macro`. */
  readonly what: string;
}

/** The configuration in force: it may change while a build goes on. */
export interface LiveConfig {
  readonly current: Config;
  /**
   * Asked about what holds up the build, and who waits. True when the configuration changed, so that it is worth to
   * judge again; absent when nobody answers.
   */
  readonly resolve?:
    | ((problems: readonly Problem[], waiting: Waiting) => Promise<boolean>)
    | undefined;
  /** Nobody has to look and think: what is asked is answered by what is written down as the best. */
  readonly answersAtOnce?: boolean | undefined;
  /** Is the file another than was read or written last? Absent where anybody may edit it. */
  readonly isReplaced?: (() => Promise<boolean>) | undefined;
  /**
   * Told what is left when all is built, and by which configuration. True when the configuration changed in a way that
   * needs no other build, so that what was built is judged again; absent when nobody answers.
   */
  readonly accept?:
    | ((problems: readonly Problem[], judgedBy: Config) => Promise<boolean>)
    | undefined;
}

/** Judges until nothing is wrong or nobody helps; gives what is still wrong. */
export async function untilSettled(
  live: LiveConfig,
  waiting: Waiting & { readonly waits: () => void },
  judge: () => Promise<Problem[]>,
): Promise<Problem[]> {
  for (;;) {
    const before = live.current;
    const problems = await judge();
    if (problems.length === 0 || live.resolve === undefined) return problems;
    // Judged by what no longer holds: nobody needs to be asked.
    if (live.current !== before) continue;
    const { waits, ...who } = waiting;
    const patience = setTimeout(waits, PATIENCE_MS);
    const changed = await live.resolve(problems, who).finally(() => clearTimeout(patience));
    // Another gate may have asked for the same meanwhile.
    if (!changed && live.current === before) return problems;
  }
}
