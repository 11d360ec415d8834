import type { Config } from '../config/types.ts';
import type { Advice } from '../fixes/advice.ts';
import { inTables } from '../fixes/tables.ts';
import type { FixKnowledge } from '../fixes/types.ts';
import type { AskingFix } from './descriptor.ts';
import { descriptorOf, type Problem } from './kinds.ts';

/** A fix of any problem, with the problems that it leads to. */
export type ProblemFix = AskingFix<Problem>;

/**
 * Returns the fixes of a problem, best first (docs/rules.md, 5); none when no edit helps. `config` is the
 * configuration with which the problem was found; without it, the fixes that depend on it are left out.
 */
export function fixesFor(
  problem: Problem,
  config: Config | undefined,
  known: FixKnowledge = {},
): ProblemFix[] {
  return descriptorOf(problem)
    .fixes(problem, config, known)
    .map((fix) => ({ ...fix, edit: inTables(fix.edit, config) }));
}

/** Returns what to write into cackle.toml to allow what a problem refuses. */
export function adviceFor(problem: Problem): Advice | undefined {
  return descriptorOf(problem).advice(problem);
}
