import type { Config, PermissionScope } from '../config/types.ts';
import type { KeywordHit, UnitRecord } from '../facts/unit-record.ts';
import { addTo, groupBy } from '../group-by.ts';
import type { Problem } from '../problems/kinds.ts';
import type { KeywordUse } from '../problems/usages.ts';
import { answersBeside, type FileOwners } from '../workspace/owners.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import { scopeOf } from './attribution.ts';
import type { LentByMacros } from './macros.ts';

/** What finding a unit's keyword problems needs besides the unit. */
export interface KeywordFacts {
  readonly workspace: Workspace;
  readonly config: Config;
  /** The packages whose directories contain a file. */
  readonly holders: FileOwners;
  /** What macros of other packages lend. */
  readonly lent: LentByMacros;
  /** Several targets are checked: uses tell theirs. */
  readonly namesTargets?: boolean | undefined;
}

/**
 * Returns problems for `unsafe` and `extern` in a unit's sources that the scope does not allow (rules 4.16, 4.17),
 * for the unit's package and for the package whose directory contains the file.
 */
export function keywordProblems(unit: UnitRecord, facts: KeywordFacts): Problem[] {
  const { workspace, holders } = facts;
  const p = workspace.byId.get(unit.packageId);
  if (p === undefined) return [];
  const owner = { package: p.index, kind: unit.kind };
  const found = [...unit.keywords, ...facts.lent.hits(unit)];
  const byPackage = groupBy(found, () => p.index);
  for (const hit of found) {
    for (const holder of holders.ownersOf(hit.file)) {
      if (holder === p.index || !answersBeside(holder, [p.index], workspace)) continue;
      addTo(byPackage, holder, hit);
    }
  }
  return [...byPackage].flatMap(([index, hits]) => {
    const user = workspace.packages[index];
    if (user === undefined) return [];
    const target = facts.namesTargets ? unit.target : undefined;
    return problemsIn(hits, user, scopeOf(user, owner), facts.config, target);
  });
}

function problemsIn(
  hits: readonly KeywordHit[],
  user: Package,
  scope: PermissionScope,
  config: Config,
  target: string | undefined,
): Problem[] {
  const permissions = config.permissions(scope);
  const problems: Problem[] = [];
  const common = { packageLabel: user.label, packageName: user.name, scope };
  const unsafeUses = permissions.allowUnsafe ? [] : usesOf(hits, 'unsafe', target);
  if (unsafeUses.length > 0) {
    problems.push({ kind: 'disallowed-unsafe', ...common, uses: unsafeUses });
  }
  const externUses = permissions.allowExtern ? [] : usesOf(hits, 'extern', target);
  if (externUses.length > 0) {
    problems.push({ kind: 'disallowed-extern', ...common, uses: externUses });
  }
  return problems;
}

/** Returns problems for a package that is a proc macro or has a build script without permission (rules 5.7, 5.8). */
export function missingPermissions(
  unit: UnitRecord,
  workspace: Workspace,
  config: Config,
): Problem[] {
  const p = workspace.byId.get(unit.packageId);
  if (p === undefined) return [];
  const common = { packageLabel: p.label, packageName: p.name };
  const problems: Problem[] = [];
  if (unit.isProcMacro && !config.permissions({ package: p.name, suffix: '' }).allowProcMacro) {
    problems.push({ kind: 'proc-macro-not-allowed', ...common });
  }
  if (
    unit.kind === 'build-script' &&
    config.explicitBuildScripts &&
    !config.hasBuildSection(p.name)
  ) {
    problems.push({ kind: 'build-script-not-allowed', ...common });
  }
  return problems;
}

/** Returns the uses of one keyword, one for each line: the lint and the token scan often find the same use. */
function usesOf(
  hits: readonly KeywordHit[],
  keyword: KeywordHit['keyword'],
  target: string | undefined,
): KeywordUse[] {
  const byLine = new Map<string, KeywordUse>();
  for (const hit of hits) {
    if (hit.keyword !== keyword) continue;
    const key = `${hit.file}\0${hit.line}`;
    if (byLine.has(key)) continue;
    byLine.set(key, {
      place: { file: hit.file, line: hit.line, column: hit.column },
      foundBy: hit.foundBy,
      ...(target === undefined ? {} : { targets: [target] }),
      ...(hit.macros === undefined ? {} : { macros: hit.macros }),
    });
  }
  return [...byLine.values()];
}
