import type { Problem } from '../problems/kinds.ts';

/** In a few words: the first of the problems that hold a program back, and how many more there are. */
export function summary(problems: readonly Problem[]): string {
  const first = problems[0];
  const what = first === undefined ? '' : describe(first);
  return problems.length > 1 ? `${what}, and ${problems.length - 1} more` : what;
}

function describe(problem: Problem): string {
  switch (problem.kind) {
    case 'disallowed-api':
    case 'off-tree-api':
      return `${problem.packageLabel} uses ${problem.api}`;
    case 'disallowed-unsafe':
      return `${problem.packageLabel} has unsafe code`;
    case 'disallowed-extern':
      return `${problem.packageLabel} has extern code`;
    case 'proc-macro-not-allowed':
      return `${problem.packageLabel} is a proc macro and not allowed to be`;
    case 'build-script-not-allowed':
      return `${problem.packageLabel} has a build script and no build section`;
    case 'sandbox-not-chosen':
      return 'nobody chose whether it runs in a sandbox';
    default:
      return problem.kind;
  }
}
