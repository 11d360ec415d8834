import { groupBy } from '../group-by.ts';
import { descriptorOf, type Problem } from '../problems/kinds.ts';
import { mergeProblems } from '../problems/merge.ts';

/** Reasons other than uses of APIs that are told. */
const MOST_OTHERS = 3;

/** Returns a short text about what holds a program: each API that is used, by package, then the first of the other reasons. */
export function whyHeld(found: readonly Problem[]): string {
  const problems = mergeProblems(found);
  const uses = groupBy(problems.filter(isUse), ({ packageLabel }) => packageLabel);
  const ofApis = [...uses].map(([label, group]) => {
    const apis = [...new Set(group.map(({ api }) => api))].sort();
    return `${label} uses ${listed(apis)}`;
  });
  const inShort = (problem: Problem): string => descriptorOf(problem).inShort(problem);
  const others = [...new Set(problems.filter((problem) => !isUse(problem)).map(inShort))];
  const rest = others.length - MOST_OTHERS;
  return [
    ...ofApis,
    ...others.slice(0, MOST_OTHERS),
    ...(rest > 0 ? [`${rest} more ${rest === 1 ? 'problem' : 'problems'}`] : []),
  ].join('; ');
}

function isUse(
  problem: Problem,
): problem is Extract<Problem, { kind: 'disallowed-api' | 'off-tree-api' }> {
  return problem.kind === 'disallowed-api' || problem.kind === 'off-tree-api';
}

function listed(names: readonly string[]): string {
  return names.length < 2
    ? names.join()
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
