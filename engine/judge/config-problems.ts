import type { Exports } from '../config/exports.ts';
import { covers } from '../config/inheritance.ts';
import { nearest } from '../config/nearest.ts';
import type { Config } from '../config/types.ts';
import { groupBy } from '../group-by.ts';
import type { Problem } from '../problems/kinds.ts';
import type { Workspace } from '../workspace/types.ts';
import type { AttributedUsage } from './attribution.ts';

/**
 * Returns problems for allow_apis entries that no usage needs, and for tables of packages that are not in the tree
 * (rules 5.11, 5.12).
 */
export function unusedPermissions(
  config: Config,
  workspace: Workspace,
  usages: Iterable<AttributedUsage>,
): Problem[] {
  const used = groupBy(usages, ({ scope, api }) => `${scope.package}\0${api}`);
  const problems: Problem[] = [];
  for (const table of config.tables) {
    const name = table.scope.package;
    if (!workspace.byName.has(name)) continue;
    for (const { api, place } of table.allowApis) {
      const inUse =
        used
          .get(`${name}\0${api}`)
          ?.some(({ scope }) => covers(table.scope.suffix, scope.suffix)) ?? false;
      if (inUse) continue;
      problems.push({
        kind: 'unused-allow-api',
        packageLabel: name,
        packageName: name,
        scope: table.scope,
        api,
        configPlace: place,
      });
    }
  }
  return problems;
}

/**
 * Returns problems for `[pkg.NAME]` tables of packages that are neither in the tree nor, for another target or
 * feature, in the lock file, nor among those that a nested cargo builds.
 */
export function unknownPackages(
  config: Config,
  workspace: Workspace,
  locked?: { has(key: string): boolean; readonly names: ReadonlySet<string> },
): Problem[] {
  const ambiguous = new Set(config.ambiguous.map(({ name }) => name));
  const known = (name: string): boolean =>
    workspace.byName.has(name) ||
    config.nestedPackages.includes(name) ||
    locked?.has(name) === true;
  return [...config.packages]
    .filter(([name]) => !known(name) && !ambiguous.has(name))
    .map(([packageName, configPlace]) => ({
      kind: 'unknown-package',
      packageName,
      configPlace,
      nearest: nearest(packageName, [...workspace.byName.keys(), ...(locked?.names ?? [])]),
    }));
}

/** Returns problems for `[pkg.NAME]` tables that packages from several sources match. */
export function ambiguousPackages(config: Config): Problem[] {
  return config.ambiguous.map(({ name, sources, place }) => ({
    kind: 'ambiguous-package',
    packageName: name,
    sources,
    configPlace: place,
  }));
}

/**
 * Returns problems for packages that export API definitions and that cackle.toml does not mention, not even with
 * `import = []` (rule 5.15).
 */
export function notImported(exports: Exports, config: Config, workspace: Workspace): Problem[] {
  return [...exports.exporting].flatMap(([packageName, { file, apis, faults }]): Problem[] => {
    const own = workspace.members.some((m) => workspace.packages[m]?.name === packageName);
    if (own || config.imports.has(packageName)) return [];
    const names = [...apis.keys()];
    if (names.length === 0 && faults.length === 0) return [];
    return [
      {
        kind: 'export-not-imported',
        packageLabel: packageName,
        packageName,
        file,
        apis: names,
        readable: faults.length === 0,
      },
    ];
  });
}
