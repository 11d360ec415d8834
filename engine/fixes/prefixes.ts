import type { ApiDefinition } from '../config/types.ts';
import { crateNameOf, firstSegment, isUnder } from '../rust-paths.ts';

/** Names of the function that uses something, and of what it uses. */
export interface UsedNames {
  readonly fromNames: readonly string[];
  readonly targetNames: readonly string[];
}

/** Crates of the toolchain: their paths say nothing about who uses them. */
const sysrootCrates: ReadonlySet<string> = new Set(['std', 'core', 'alloc', 'proc_macro', 'test']);

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

/**
 * What to include in an API so that it is the referring functions' own: the longest path with a name of each
 * of them below it, of the user's crate where there is one, and never of the toolchain or the API's provider.
 */
export function referrersPrefix(
  usages: readonly UsedNames[],
  packageName: string,
  providedBy: string,
): string | undefined {
  const [first, ...rest] = usages.map(({ fromNames }) => fromNames);
  const own = crateNameOf(packageName);
  const foreign = new Set([...sysrootCrates, crateNameOf(providedBy)]);
  const candidates = (first ?? [])
    .filter((name) => !foreign.has(firstSegment(name)))
    .flatMap((name) => {
      // Per usage the name that shares most with this one.
      const nearest = rest.map((names) =>
        names
          .map((other) => commonPrefix([name, other]))
          .reduce((best, p) => (segments(p) > segments(best) ? p : best), undefined),
      );
      if (nearest.some((p) => p === undefined)) return [];
      return commonPrefix([name, ...nearest.filter((p) => p !== undefined)]) ?? [];
    });
  const rank = (path: string): number => (firstSegment(path) === own ? 1000 : 0) + segments(path);
  return candidates.reduce<string | undefined>(
    (best, path) => (best === undefined || rank(path) > rank(best) ? path : best),
    undefined,
  );
}

function segments(path: string | undefined): number {
  return path === undefined ? 0 : path.split('::').length;
}
