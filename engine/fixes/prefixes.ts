import type { ApiDefinition } from '../config/types.ts';
import { isUnder } from '../rust-paths.ts';

/** All names of a used item. */
export interface UsedNames {
  readonly targetNames: readonly string[];
}

/** Returns the longest path that contains all names; undefined when they share nothing. */
function commonPrefix(names: readonly string[]): string | undefined {
  const [first, ...rest] = names.map((name) => name.split('::'));
  if (first === undefined) return undefined;
  const differs = first.findIndex((segment, i) => rest.some((other) => other[i] !== segment));
  const shared = differs < 0 ? first : first.slice(0, differs);
  return shared.length === 0 ? undefined : shared.join('::');
}

/**
 * Returns the path to exclude from an API so that it no longer has any of the usages, only below one of its includes;
 * else undefined.
 */
export function excludable(
  usages: readonly UsedNames[],
  api: ApiDefinition | undefined,
): string | undefined {
  const prefix = commonPrefix(usages.flatMap((usage) => usage.targetNames));
  if (prefix === undefined || api === undefined) return undefined;
  const below = api.include.some((include) => prefix !== include && isUnder(prefix, include));
  return below ? prefix : undefined;
}
