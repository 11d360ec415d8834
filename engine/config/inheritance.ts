import type { PermissionScope, Permissions, ScopeSuffix, ScopeTable } from './types.ts';

/** Scopes from which a scope inherits, nearest first (rule 1.4): pkg → from.build → build, and the same for test. */
export const ancestors: Readonly<Record<ScopeSuffix, readonly ScopeSuffix[]>> = {
  '': [],
  'from.build': [''],
  build: ['from.build', ''],
  'from.test': [''],
  test: ['from.test', ''],
};

/** True when a permission in `wide` also holds in `narrow` (rule 1.4). */
export function covers(wide: ScopeSuffix, narrow: ScopeSuffix): boolean {
  return wide === narrow || ancestors[narrow].includes(wide);
}

/** Returns the look-up of the permissions in force: lists are united, of a flag the nearest value counts. */
export function permissionLookup(
  tables: readonly ScopeTable[],
  version: 1 | 2 | 3,
): (scope: PermissionScope) => Permissions {
  const byScope = new Map(
    tables.map((table) => [`${table.scope.package}\0${table.scope.suffix}`, table]),
  );
  const memo = new Map<string, Permissions>();
  return (scope) => {
    const key = `${scope.package}\0${scope.suffix}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const chain = [scope.suffix, ...ancestors[scope.suffix]]
      .map((suffix) => byScope.get(`${scope.package}\0${suffix}`))
      .filter((table) => table !== undefined);
    const flag = (read: (table: ScopeTable) => boolean | undefined): boolean | undefined =>
      chain.map(read).find((value) => value !== undefined);
    const allowUnsafe = flag((t) => t.allowUnsafe) ?? false;
    const permissions: Permissions = {
      allowUnsafe,
      // Before version 3 there was no allow_extern, and extern alone was no problem.
      allowExtern: flag((t) => t.allowExtern) ?? version < 3,
      allowProcMacro: flag((t) => t.allowProcMacro) ?? false,
      allowApis: new Set(chain.flatMap((t) => t.allowApis.map((entry) => entry.api))),
      allowBuildInstructions: chain.flatMap((t) => t.allowBuildInstructions),
      compileEnv: chain.flatMap((t) => t.compileEnv),
      compileFiles: chain.flatMap((t) => t.compileFiles),
    };
    memo.set(key, permissions);
    return permissions;
  };
}
