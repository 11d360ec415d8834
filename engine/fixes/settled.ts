import { isInstructionAllowed } from '../config/instruction-rules.ts';
import type { ApiDefinition, Config } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import type { KeywordUse, Usage } from '../problems/usages.ts';
import { isUnder } from './prefixes.ts';

/**
 * True when a later configuration leaves nothing of a problem that was found with another (rule 8.5). It only says what
 * may leave a list at once: the next check judges anew.
 */
export function isSettledBy(
  problem: Problem,
  config: Config,
  foundWith: Config | undefined,
): boolean {
  switch (problem.kind) {
    case 'configuration-missing':
      return true;
    case 'sandbox-not-chosen':
      return config.sandboxChosen;
    case 'std-api-on-offer':
      return config.apis.has(problem.api);
    case 'disallowed-api':
    case 'off-tree-api':
      return (
        config.permissions(problem.scope).allowApis.has(problem.api) ||
        problem.usages.every((usage) =>
          isNoUsage(usage, config.apis.get(problem.api), foundWith?.apis.get(problem.api)),
        )
      );
    case 'disallowed-unsafe':
      return config.permissions(problem.scope).allowUnsafe || areSafe(problem.uses, config);
    case 'disallowed-extern':
      return config.permissions(problem.scope).allowExtern || areSafe(problem.uses, config);
    case 'proc-macro-not-allowed':
      return config.permissions({ package: problem.packageName, suffix: '' }).allowProcMacro;
    case 'build-script-not-allowed':
      return !config.explicitBuildScripts || config.hasBuildSection(problem.packageName);
    case 'disallowed-build-instruction': {
      const scope = { package: problem.packageName, suffix: 'build' } as const;
      return isInstructionAllowed(
        problem.instruction,
        config.permissions(scope).allowBuildInstructions,
      );
    }
    case 'execution-failed': {
      const suffix = problem.executable === 'test' ? 'test' : 'build';
      const scope = { package: problem.packageName, suffix } as const;
      // Whether it runs with other settings, only a run can tell.
      return (
        foundWith !== undefined &&
        JSON.stringify(config.sandbox(scope)) !== JSON.stringify(foundWith.sandbox(scope))
      );
    }
    case 'sandbox-kind-without-meaning':
      return !config.meaninglessSandboxKinds.some((k) => k.package === problem.packageName);
    case 'unused-allow-api':
      return !config.tables.some(
        ({ scope, allowApis }) =>
          scope.package === problem.scope.package &&
          scope.suffix === problem.scope.suffix &&
          allowApis.some(({ api }) => api === problem.api),
      );
    case 'unused-setting':
      return !config.settings.some(
        ({ scope, setting, value }) =>
          scope.package === problem.scope.package &&
          scope.suffix === problem.scope.suffix &&
          setting === problem.setting &&
          value === problem.value,
      );
    case 'unmatched-api-path':
      return !config.apiPaths.some(
        ({ api, list, text }) =>
          api === problem.api && list === problem.list && text === problem.path,
      );
    case 'unknown-package':
      return !config.packages.has(problem.packageName);
    case 'ambiguous-package':
      return !config.ambiguous.some(({ name }) => name === problem.packageName);
    case 'possible-export': {
      const api = config.apis.get(problem.api);
      return (
        api === undefined ||
        api.noAutoDetect.includes(problem.packageName) ||
        api.include.some((path) => isUnder(problem.path, path))
      );
    }
    case 'export-not-imported':
      return config.imports.has(problem.packageName);
    case 'newer-config-version':
      return config.version >= problem.newest;
  }
}

/** Does everything come of macros that were declared safe? */
function areSafe(uses: readonly KeywordUse[], config: Config): boolean {
  return (
    uses.length > 0 &&
    uses.every(({ macros }) =>
      macros?.every((macro) => config.safeMacros(macro.package).has(macro.name)),
    )
  );
}

/** The target is not the API's any more, or the referring function is. */
function isNoUsage(
  { targetNames, fromNames }: Usage,
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
  return !targetNames.some(stays) || fromNames.some(belongs);
}
