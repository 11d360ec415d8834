import { demangle, namesIn } from '../parsers/parsers.ts';
import type { Problem } from '../problems/kinds.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import type { Usage } from '../problems/usages.ts';
import type { Workspace } from '../workspace/types.ts';
import type { AttributedUsage } from './attribution.ts';

/** A problem made of usages of an API. */
export type UsageProblem = Extract<Problem, { readonly kind: 'disallowed-api' | 'off-tree-api' }>;

/**
 * Returns the problem for a usage that is not allowed: of an API, or of a package that the user does not depend on.
 * `target` where several are checked.
 */
export function usageProblem(
  usage: AttributedUsage,
  label: string,
  backtrace: readonly BacktraceFrame[],
  { packages }: Workspace,
  target?: string | undefined,
): UsageProblem {
  const p = packages[usage.package];
  const shown: Usage = {
    place: usage.place,
    from: demangle(usage.reference.from),
    fromNames: namesIn(usage.reference.from),
    target: usage.target,
    targetNames: usage.targetNames,
    output: label,
    ...(target === undefined ? {} : { targets: [target] }),
    backtrace,
  };
  const common = {
    packageLabel: p?.label ?? '?',
    packageName: p?.name ?? '?',
    scope: usage.scope,
    api: usage.api,
    usages: [shown],
  };
  if (usage.offTree === undefined) return { kind: 'disallowed-api', ...common };
  const providedBy = packages[usage.offTree]?.name ?? '?';
  return { kind: 'off-tree-api', ...common, providedBy };
}
