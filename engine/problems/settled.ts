import type { ApiDefinition, Config, PermissionScope } from '../config/types.ts';
import { isUnder } from '../rust-paths.ts';
import type { Usage } from './usages.ts';

/** Returns whether an API is allowed in a scope, or none of the usages belongs to it any more. */
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

/** Returns whether the target no longer belongs to the API. */
function isNoUsage(
  { targetNames }: Usage,
  api: ApiDefinition | undefined,
  before: ApiDefinition | undefined,
): boolean {
  if (api === undefined) return true;
  const isIn = (name: string, paths: readonly string[]): boolean =>
    paths.some((path) => isUnder(name, path));
  const belongs = (name: string): boolean => isIn(name, api.include) && !isIn(name, api.exclude);
  // A usage may have been found by a public path. The target's names, which are those of the definitions, do not show
  // that.
  const keepsAll = before?.include.every((path) => api.include.includes(path)) ?? false;
  const stays = (name: string): boolean => belongs(name) || (keepsAll && !isIn(name, api.exclude));
  return !targetNames.some(stays);
}
