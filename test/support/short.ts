import type { Problem } from '../../engine/problems/kinds.ts';

/** A problem in short: kind, scope and API. */
export function short(problem: Problem): string {
  const scope =
    'scope' in problem
      ? ` ${problem.scope.package}${problem.scope.suffix === '' ? '' : `.${problem.scope.suffix}`}`
      : 'packageName' in problem
        ? ` ${problem.packageName}`
        : '';
  const api = 'api' in problem ? ` ${problem.api}` : '';
  return `${problem.kind}${scope}${api}`;
}
