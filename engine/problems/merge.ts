import { covers } from '../config/inheritance.ts';
import type { Problem } from './kinds.ts';
import { type KeywordUse, type Usage, usageKey } from './usages.ts';

/** Same-key problems become one; what a wider scope's problem already shows is left out of narrower ones. */
export function mergeProblems(problems: readonly Problem[]): Problem[] {
  const merged = new Map<string, Problem>();
  for (const problem of problems) {
    const key = mergeKey(problem);
    const known = merged.get(key);
    merged.set(key, known === undefined ? problem : join(known, problem));
  }
  const ofPackage = new Map<string, Problem[]>();
  for (const problem of merged.values()) {
    if (!('packageName' in problem)) continue;
    const known = ofPackage.get(problem.packageName);
    if (known === undefined) ofPackage.set(problem.packageName, [problem]);
    else known.push(problem);
  }
  return [...merged.values()]
    .map((problem) =>
      'packageName' in problem
        ? withoutCovered(problem, ofPackage.get(problem.packageName) ?? [])
        : problem,
    )
    .filter((problem) => problem !== undefined);
}

/** Problems with the same key are one (rule 5.19). */
export function mergeKey(problem: Problem): string {
  const { kind } = problem;
  switch (kind) {
    case 'disallowed-api':
    case 'unused-allow-api':
      return [kind, problem.packageName, problem.scope.suffix, problem.api].join('\0');
    case 'off-tree-api':
      return [
        kind,
        problem.packageName,
        problem.scope.suffix,
        problem.api,
        problem.providedBy,
      ].join('\0');
    case 'disallowed-unsafe':
    case 'disallowed-extern':
      return [kind, problem.packageLabel, problem.scope.suffix].join('\0');
    case 'disallowed-build-instruction':
      return [kind, problem.packageName, problem.instruction].join('\0');
    case 'newer-config-version':
    case 'configuration-missing':
    case 'sandbox-not-chosen':
      return kind;
    case 'unused-setting':
      return [
        kind,
        problem.packageName,
        problem.scope.suffix,
        problem.setting,
        problem.value ?? '',
      ].join('\0');
    case 'unmatched-api-path':
      return [kind, problem.api, problem.list, problem.path].join('\0');
    case 'std-api-on-offer':
      return [kind, problem.api].join('\0');
    case 'possible-export':
      return [kind, problem.packageName, problem.api].join('\0');
    case 'execution-failed':
      return [kind, problem.packageLabel, problem.executable].join('\0');
    default:
      return [kind, problem.packageName].join('\0');
  }
}

function join(a: Problem, b: Problem): Problem {
  if ((a.kind === 'disallowed-api' || a.kind === 'off-tree-api') && a.kind === b.kind) {
    return { ...a, usages: uniqueUsages([...a.usages, ...b.usages]) };
  }
  if ((a.kind === 'disallowed-unsafe' || a.kind === 'disallowed-extern') && a.kind === b.kind) {
    return { ...a, uses: uniqueUses([...a.uses, ...b.uses]) };
  }
  return a;
}

/** Tests compile a library's sources again: their copy of a problem says nothing new. */
function withoutCovered(problem: Problem, all: readonly Problem[]): Problem | undefined {
  if (problem.kind === 'disallowed-unsafe' || problem.kind === 'disallowed-extern') {
    const wider = all.filter(
      (o) =>
        o.kind === problem.kind &&
        o.packageLabel === problem.packageLabel &&
        o !== problem &&
        covers(o.scope.suffix, problem.scope.suffix),
    );
    const shown = new Set(wider.flatMap((o) => ('uses' in o ? o.uses.map(placeKey) : [])));
    const uses = problem.uses.filter((use) => !shown.has(placeKey(use)));
    return uses.length === 0 ? undefined : { ...problem, uses };
  }
  if (problem.kind === 'disallowed-api' || problem.kind === 'off-tree-api') {
    const wider = all.filter(
      (o) =>
        o.kind === problem.kind &&
        o !== problem &&
        o.packageName === problem.packageName &&
        o.api === problem.api &&
        covers(o.scope.suffix, problem.scope.suffix),
    );
    const shown = new Set(wider.flatMap((o) => ('usages' in o ? o.usages.map(usageKey) : [])));
    const usages = problem.usages.filter((usage) => !shown.has(usageKey(usage)));
    return usages.length === 0 ? undefined : { ...problem, usages };
  }
  return problem;
}

function uniqueUsages(usages: readonly Usage[]): Usage[] {
  return firstOfEach(usages, usageKey);
}

function uniqueUses(uses: readonly KeywordUse[]): KeywordUse[] {
  return firstOfEach(uses, placeKey);
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!first.has(key)) first.set(key, item);
  }
  return [...first.values()];
}

function placeKey({ place }: KeywordUse): string {
  return [place.file, place.line].join('\0');
}
