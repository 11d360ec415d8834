import type { Config, PermissionScope, ScopeSuffix } from '../config/types.ts';
import type { KeywordHit, UnitRecord } from '../facts/unit-record.ts';
import type { CrateKind, Workspace } from '../workspace/types.ts';
import type { KeywordUse, Problem } from './problems.ts';

const suffixOf: Readonly<Record<CrateKind, ScopeSuffix>> = {
  primary: '',
  'build-script': 'build',
  test: 'test',
};

/** `unsafe` and `extern` in a unit's sources that its scope does not allow (spec §4). */
export function keywordProblems(unit: UnitRecord, workspace: Workspace, config: Config): Problem[] {
  const p = workspace.packages.find(({ id }) => id === unit.packageId);
  if (p === undefined) return [];
  const scope: PermissionScope = { package: p.name, suffix: suffixOf[unit.kind] };
  const permissions = config.permissions(scope);
  const problems: Problem[] = [];
  const common = { packageLabel: p.label, packageName: p.name, scope };
  const unsafeUses = permissions.allowUnsafe ? [] : usesOf(unit.keywords, 'unsafe');
  if (unsafeUses.length > 0) {
    problems.push({ kind: 'disallowed-unsafe', ...common, uses: unsafeUses });
  }
  const externUses = permissions.allowExtern ? [] : usesOf(unit.keywords, 'extern');
  if (externUses.length > 0) {
    problems.push({ kind: 'disallowed-extern', ...common, uses: externUses });
  }
  return problems;
}

/** What a package must be allowed to be: a proc macro, or one with a build script (spec §5). */
export function missingPermissions(
  unit: UnitRecord,
  workspace: Workspace,
  config: Config,
): Problem[] {
  const p = workspace.packages.find(({ id }) => id === unit.packageId);
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

/** Uses of one keyword, one a line: the lint and the token often see the same. */
function usesOf(hits: readonly KeywordHit[], keyword: KeywordHit['keyword']): KeywordUse[] {
  const byLine = new Map<string, KeywordUse>();
  for (const hit of hits) {
    if (hit.keyword !== keyword) continue;
    const key = `${hit.file}\0${hit.line}`;
    if (byLine.has(key)) continue;
    byLine.set(key, {
      place: { file: hit.file, line: hit.line, column: hit.column },
      foundBy: hit.foundBy,
    });
  }
  return [...byLine.values()];
}
