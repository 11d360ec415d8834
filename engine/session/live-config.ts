import type { Config } from '../config/types.ts';
import type { Problem } from '../judge/problems.ts';

/** The configuration in force: it may gain permissions while a build goes on. */
export interface LiveConfig {
  readonly current: Config;
  /**
   * Asked about what holds up the build. True when the configuration changed, so that it is worth to judge again;
   * absent when nobody answers.
   */
  readonly resolve?: ((problems: readonly Problem[]) => Promise<boolean>) | undefined;
}

/** Judges until nothing is wrong or nobody helps; gives what is still wrong. */
export async function untilSettled(
  live: LiveConfig,
  judge: () => Promise<Problem[]>,
): Promise<Problem[]> {
  for (;;) {
    const before = live.current;
    const problems = await judge();
    if (problems.length === 0 || live.resolve === undefined) return problems;
    const changed = await live.resolve(problems);
    // Another gate may have asked for the same meanwhile.
    if (!changed && live.current === before) return problems;
  }
}
