import { groupBy } from '../group-by.ts';
import { descriptorOf, type Problem } from './kinds.ts';

/**
 * Merges problems with the same key, and leaves out of a narrower scope's problem what a wider scope's problem
 * already shows (rule 5.19).
 */
export function mergeProblems(problems: readonly Problem[]): Problem[] {
  const merged = new Map<string, Problem>();
  for (const problem of problems) {
    const key = mergeKey(problem);
    const known = merged.get(key);
    merged.set(
      key,
      known === undefined ? problem : descriptorOf(problem).merging.join(known, problem),
    );
  }
  const alike = groupBy(merged.values(), groupOf);
  return [...merged.values()].flatMap((problem) => {
    const others = (alike.get(groupOf(problem)) ?? []).filter((other) => other !== problem);
    return descriptorOf(problem).merging.beside(problem, others) ?? [];
  });
}

/** Returns the key by which problems are merged (rule 5.19). */
export function mergeKey(problem: Problem): string {
  return [problem.kind, ...descriptorOf(problem).key(problem)].join('\0');
}

/** Returns the same text for problems of one kind and package. */
function groupOf(problem: Problem): string {
  return `${problem.kind}\0${'packageName' in problem ? problem.packageName : ''}`;
}
