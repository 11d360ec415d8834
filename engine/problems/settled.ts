import type { ApiDefinition, Config, PermissionScope } from '../config/types.ts';
import { isUnder } from '../rust-paths.ts';
import type { KeywordUse, Usage } from './usages.ts';

/** Does everything come of macros that were declared safe? */
export function areSafe(uses: readonly KeywordUse[], config: Config): boolean {
  return (
    uses.length > 0 &&
    uses.every(({ macros }) =>
      macros?.every((macro) => config.safeMacros(macro.package).has(macro.name)),
    )
  );
}

/** Is an API allowed in a scope, or none of its usages one any more? */
export function isApiSettled(
  {
    scope,
    api,
    usages,
  }: {
    readonly scope: PermissionScope;
    readonly api: string;
    readonly usages: readonly Usage[];
  },
  config: Config,
  foundWith: Config | undefined,
): boolean {
  return (
    config.permissions(scope).allowApis.has(api) ||
    usages.every((usage) => isNoUsage(usage, config.apis.get(api), foundWith?.apis.get(api)))
  );
}

/** Is the target not the API's any more? */
function isNoUsage(
  { targetNames }: Usage,
  api: ApiDefinition | undefined,
  before: ApiDefinition | undefined,
): boolean {
  if (api === undefined) return true;
  const isIn = (name: string, paths: readonly string[]): boolean =>
    paths.some((path) => isUnder(name, path));
  const belongs = (name: string): boolean => isIn(name, api.include) && !isIn(name, api.exclude);
  // It may have been found by a public path, of which its names, where things are defined, say nothing.
  const keepsAll = before?.include.every((path) => api.include.includes(path)) ?? false;
  const stays = (name: string): boolean => belongs(name) || (keepsAll && !isIn(name, api.exclude));
  return !targetNames.some(stays);
}
