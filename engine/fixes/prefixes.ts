import type { ApiDefinition } from '../config/types.ts';
import { isUnder } from '../rust-paths.ts';

/** All names of what is used. */
export interface UsedNames {
  readonly targetNames: readonly string[];
}

/** The longest path under which all names lie; undefined when they share nothing. */
function commonPrefix(names: readonly string[]): string | undefined {
  const [first, ...rest] = names.map((name) => name.split('::'));
  if (first === undefined) return undefined;
  const differs = first.findIndex((segment, i) => rest.some((other) => other[i] !== segment));
  const shared = differs < 0 ? first : first.slice(0, differs);
  return shared.length === 0 ? undefined : shared.join('::');
}

/** What to exclude from an API so that none of the usages is one; only what lies below an include. */
export function excludable(
  usages: readonly UsedNames[],
  api: ApiDefinition | undefined,
): string | undefined {
  const prefix = commonPrefix(usages.flatMap((usage) => usage.targetNames));
  if (prefix === undefined || api === undefined) return undefined;
  const below = api.include.some((include) => prefix !== include && isUnder(prefix, include));
  return below ? prefix : undefined;
}
