import type { Exports } from '../config/exports.ts';
import { ancestors } from '../config/inheritance.ts';
import { nearest } from '../config/nearest.ts';
import type { Config, PermissionScope, ScopeSuffix } from '../config/types.ts';
import type { KeywordUse, Problem, Usage } from '../problems/problems.ts';
import { sortedBy } from '../sorted-by.ts';
import type { Workspace } from '../workspace/types.ts';
import type { AttributedUsage } from './attribution.ts';

/** A use of an API in a scope. */
export interface Grant {
  readonly scope: PermissionScope;
  readonly api: string;
}

/** True when a permission in `wide` also holds in `narrow` (rule 1.4). */
export function covers(wide: ScopeSuffix, narrow: ScopeSuffix): boolean {
  return wide === narrow || ancestors[narrow].includes(wide);
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

/** allow_apis entries that no usage needs, and tables for packages that are not in the tree (rules 5.11, 5.12). */
export function unusedPermissions(
  config: Config,
  workspace: Workspace,
  usages: Iterable<AttributedUsage>,
): Problem[] {
  const used = new Map<string, ScopeSuffix[]>();
  for (const { scope, api } of usages) {
    const key = `${scope.package}\0${api}`;
    const known = used.get(key);
    if (known === undefined) used.set(key, [scope.suffix]);
    else known.push(scope.suffix);
  }
  const problems: Problem[] = [];
  for (const table of config.tables) {
    const name = table.scope.package;
    if (!workspace.byName.has(name)) continue;
    for (const { api, place } of table.allowApis) {
      const inUse =
        used.get(`${name}\0${api}`)?.some((suffix) => covers(table.scope.suffix, suffix)) ?? false;
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

/** `[pkg.NAME]` tables of packages that are not in the tree, nor in the lock file for another target or feature. */
export function unknownPackages(
  config: Config,
  workspace: Workspace,
  locked?: { has(key: string): boolean },
): Problem[] {
  const ambiguous = new Set(config.ambiguous.map(({ name }) => name));
  return [...config.packages]
    .filter(([name]) => !workspace.byName.has(name) && !ambiguous.has(name) && !locked?.has(name))
    .map(([packageName, configPlace]) => ({
      kind: 'unknown-package',
      packageName,
      configPlace,
      nearest: nearest(packageName, workspace.byName.keys()),
    }));
}

/** `[pkg.NAME]` tables of which packages from several sources could be meant. */
export function ambiguousPackages(config: Config): Problem[] {
  return config.ambiguous.map(({ name, sources, place }) => ({
    kind: 'ambiguous-package',
    packageName: name,
    sources,
    configPlace: place,
  }));
}

/** Packages that offer API definitions of which cackle.toml says nothing, not even `import = []` (rule 5.15). */
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

/** Same-key problems become one; what a wider scope's problem already shows is left out of narrower ones. */
export function mergeProblems(problems: readonly Problem[]): Problem[] {
  const merged = new Map<string, Problem>();
  for (const problem of problems) {
    const key = mergeKey(problem);
    const known = merged.get(key);
    merged.set(key, known === undefined ? problem : join(known, problem));
  }
  const ofPackage = new Map<string, Problem[]>();
  for (const problem of merged.values()) {
    if (!('packageName' in problem)) continue;
    const known = ofPackage.get(problem.packageName);
    if (known === undefined) ofPackage.set(problem.packageName, [problem]);
    else known.push(problem);
  }
  return [...merged.values()]
    .map((problem) =>
      'packageName' in problem
        ? withoutCovered(problem, ofPackage.get(problem.packageName) ?? [])
        : problem,
    )
    .filter((problem) => problem !== undefined);
}

/** Problems with the same key are one (rule 5.19). */
export function mergeKey(problem: Problem): string {
  const { kind } = problem;
  switch (kind) {
    case 'disallowed-api':
    case 'unused-allow-api':
      return [kind, problem.packageName, problem.scope.suffix, problem.api].join('\0');
    case 'off-tree-api':
      return [
        kind,
        problem.packageName,
        problem.scope.suffix,
        problem.api,
        problem.providedBy,
      ].join('\0');
    case 'disallowed-unsafe':
    case 'disallowed-extern':
      return [kind, problem.packageLabel, problem.scope.suffix].join('\0');
    case 'disallowed-build-instruction':
      return [kind, problem.packageName, problem.instruction].join('\0');
    case 'newer-config-version':
    case 'configuration-missing':
    case 'sandbox-not-chosen':
      return kind;
    case 'unused-setting':
      return [
        kind,
        problem.packageName,
        problem.scope.suffix,
        problem.setting,
        problem.value ?? '',
      ].join('\0');
    case 'unmatched-api-path':
      return [kind, problem.api, problem.list, problem.path].join('\0');
    case 'std-api-on-offer':
      return [kind, problem.api].join('\0');
    case 'possible-export':
      return [kind, problem.packageName, problem.api].join('\0');
    case 'execution-failed':
      return [kind, problem.packageLabel, problem.executable].join('\0');
    default:
      return [kind, problem.packageName].join('\0');
  }
}

function join(a: Problem, b: Problem): Problem {
  if ((a.kind === 'disallowed-api' || a.kind === 'off-tree-api') && a.kind === b.kind) {
    return { ...a, usages: uniqueUsages([...a.usages, ...b.usages]) };
  }
  if ((a.kind === 'disallowed-unsafe' || a.kind === 'disallowed-extern') && a.kind === b.kind) {
    return { ...a, uses: uniqueUses([...a.uses, ...b.uses]) };
  }
  return a;
}

/** Tests compile a library's sources again: their copy of a problem says nothing new. */
function withoutCovered(problem: Problem, all: readonly Problem[]): Problem | undefined {
  if (problem.kind === 'disallowed-unsafe' || problem.kind === 'disallowed-extern') {
    const wider = all.filter(
      (o) =>
        o.kind === problem.kind &&
        o.packageLabel === problem.packageLabel &&
        o !== problem &&
        covers(o.scope.suffix, problem.scope.suffix),
    );
    const shown = new Set(wider.flatMap((o) => ('uses' in o ? o.uses.map(placeKey) : [])));
    const uses = problem.uses.filter((use) => !shown.has(placeKey(use)));
    return uses.length === 0 ? undefined : { ...problem, uses };
  }
  if (problem.kind === 'disallowed-api' || problem.kind === 'off-tree-api') {
    const wider = all.filter(
      (o) =>
        o.kind === problem.kind &&
        o !== problem &&
        o.packageName === problem.packageName &&
        o.api === problem.api &&
        covers(o.scope.suffix, problem.scope.suffix),
    );
    const shown = new Set(wider.flatMap((o) => ('usages' in o ? o.usages.map(usageKey) : [])));
    const usages = problem.usages.filter((usage) => !shown.has(usageKey(usage)));
    return usages.length === 0 ? undefined : { ...problem, usages };
  }
  return problem;
}

function uniqueUsages(usages: readonly Usage[]): Usage[] {
  return firstOfEach(usages, usageKey);
}

function uniqueUses(uses: readonly KeywordUse[]): KeywordUse[] {
  return firstOfEach(uses, placeKey);
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!first.has(key)) first.set(key, item);
  }
  return [...first.values()];
}

/** Usages with the same key are one (rule 4.24). */
export function usageKey({ place, from, target }: Usage): string {
  return [place.file, place.line, place.column, from, target].join('\0');
}

function placeKey({ place }: KeywordUse): string {
  return [place.file, place.line].join('\0');
}
