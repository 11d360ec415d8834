import { ancestors } from '../config/inheritance.ts';
import type { PermissionScope, ScopeSuffix } from '../config/types.ts';
import { sortedBy } from '../sorted-by.ts';
import type { AttributedUsage } from './attribution.ts';

/** A use of an API in a scope. */
export interface Grant {
  readonly scope: PermissionScope;
  readonly api: string;
}

/** Every (scope, API) that was used, without those that a wider one covers. */
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
 * As dictionaries order the names of packages, in every locale: signs before digits before letters. The collation of
 * the system takes longer to load than all the rest of a report.
 */
function orderOf({ scope, api }: Grant): string {
  const key = `${scope.package} ${scope.suffix} ${api}`;
  return `${key.toLowerCase().replaceAll('_', '!').replaceAll('-', '"')}\0${key}`;
}
