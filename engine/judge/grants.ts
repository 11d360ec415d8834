import { ancestors } from '../config/inheritance.ts';
import type { PermissionScope, ScopeSuffix } from '../config/types.ts';
import { sortedBy } from '../sorted-by.ts';
import type { AttributedUsage } from './attribution.ts';

/** The use of an API in a scope. */
export interface Grant {
  readonly scope: PermissionScope;
  readonly api: string;
}

/** Returns every used pair of scope and API, without those that a wider scope covers. */
export function minimalGrants(usages: Iterable<AttributedUsage>): Grant[] {
  const all = new Map<string, Grant>();
  for (const { scope, api } of usages)
    all.set(grantKey(scope.package, scope.suffix, api), { scope, api });
  const minimal = [...all.values()].filter(
    ({ scope, api }) =>
      !ancestors[scope.suffix].some((wider) => all.has(grantKey(scope.package, wider, api))),
  );
  return sortedBy(minimal, orderOf);
}

function grantKey(name: string, suffix: ScopeSuffix, api: string): string {
  return `${name}\0${suffix}\0${api}`;
}

/**
 * Returns a sort key that is the same in every locale: as in dictionaries, punctuation before digits before letters.
 * Loading the system's collation takes longer than the rest of a report.
 */
function orderOf({ scope, api }: Grant): string {
  const key = `${scope.package} ${scope.suffix} ${api}`;
  return `${key.toLowerCase().replaceAll('_', '!').replaceAll('-', '"')}\0${key}`;
}
