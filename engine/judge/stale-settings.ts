import { basename } from 'node:path';
import { coversVariable } from '../config/compile-rules.ts';
import type { Exports } from '../config/exports.ts';
import { covers } from '../config/inheritance.ts';
import { isInstructionAllowed, normalisedInstruction } from '../config/instruction-rules.ts';
import type { CompileSetting, Config, ScopeSetting, ScopeSuffix } from '../config/types.ts';
import type { BuildScriptRecord, UnitRecord } from '../facts/unit-record.ts';
import { addTo } from '../group-by.ts';
import type { Problem } from '../problems/kinds.ts';
import type { LockedPackages } from '../workspace/lock-file.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import { allowsFile } from '../workspace/written-file.ts';
import { readsOf } from './compile-reads.ts';
import { OtherBuilds } from './other-builds.ts';

/** What a check of the whole tree knows. */
export interface WholeCheck {
  readonly config: Config;
  readonly workspace: Workspace;
  readonly exports: Exports;
  /** The packages of every target and feature; undefined when Cargo.lock cannot be read. */
  readonly locked: LockedPackages | undefined;
  /** The units of the check. */
  readonly units: readonly UnitRecord[];
  /** The instructions that build scripts printed, in this check or when they last ran. */
  readonly scripts: readonly BuildScriptRecord[];
  /** Uses of `unsafe` and `extern` that would be refused if nothing were allowed. */
  readonly unsafeAndExtern: readonly Problem[];
}

/**
 * Resolves to problems for settings of packages that have no effect (rule 5.11). A setting that another target or
 * feature of the lock file may need is left out; so are all settings of a package that was not built, or of which the lock file has
 * further versions.
 */
export async function staleSettings(check: WholeCheck): Promise<Problem[]> {
  const { config, workspace, units } = check;
  const others = new OtherBuilds(workspace, units);
  const needs = neededFlags(check);
  const built = new Set(units.map(({ packageId }) => packageId));
  const stale: Problem[] = [];
  for (const setting of config.settings) {
    const name = setting.scope.package;
    const packages = packagesOf(workspace, name);
    if (packages.length === 0 || !packages.every(({ id }) => built.has(id))) continue;
    if (check.locked?.hasMore(name, workspace.packages)) continue;
    if (await isInUse(setting, packages, { ...check, needs, others })) continue;
    stale.push({
      kind: 'unused-setting',
      packageLabel: name,
      packageName: name,
      scope: setting.scope,
      setting: setting.setting,
      value: setting.value,
      configPlace: setting.place,
    });
  }
  return stale;
}

/** Resolves to those problems of unused API permissions that no other target or feature may need. */
export async function certainlyUnused(
  problems: readonly Problem[],
  { config, workspace, units, locked }: WholeCheck,
): Promise<Problem[]> {
  if (problems.length === 0) return [];
  const others = new OtherBuilds(workspace, units);
  const built = new Set(units.map(({ packageId }) => packageId));
  const kept: Problem[] = [];
  for (const problem of problems) {
    if (problem.kind !== 'unused-allow-api') continue;
    const words = (config.apis.get(problem.api)?.include ?? []).map((path) =>
      path.slice(path.lastIndexOf(':') + 1),
    );
    const mention = new RegExp(`\\b(?:${words.join('|')})\\b`);
    const packages = packagesOf(workspace, problem.packageName);
    if (!packages.every(({ id }) => built.has(id))) continue;
    if (locked?.hasMore(problem.packageName, workspace.packages)) continue;
    const mayUse = await Promise.all(packages.map((p) => others.mayUse(p, mention)));
    if (words.length === 0 || !mayUse.includes(true)) kept.push(problem);
  }
  return kept;
}

function packagesOf({ byName, packages }: Workspace, name: string): Package[] {
  return (byName.get(name) ?? []).map((i) => packages[i]).filter((p) => p !== undefined);
}

/** Returns the scopes in which something would be refused if nothing were allowed, by package and kind of problem. */
function neededFlags({ unsafeAndExtern }: WholeCheck): Map<string, ScopeSuffix[]> {
  const needs = new Map<string, [ScopeSuffix, ...ScopeSuffix[]]>();
  for (const problem of unsafeAndExtern) {
    if (problem.kind !== 'disallowed-unsafe' && problem.kind !== 'disallowed-extern') continue;
    addTo(needs, `${problem.packageName}\0${problem.kind}`, problem.scope.suffix);
  }
  return needs;
}

const words = {
  allow_unsafe: /\bunsafe\b|\bno_mangle\b|\bexport_name\b|\blink_section\b|\bglobal_asm\b/,
  allow_extern: /\bextern\b/,
} as const;

async function isInUse(
  { scope, setting, value }: ScopeSetting,
  packages: readonly Package[],
  known: WholeCheck & {
    readonly needs: ReadonlyMap<string, readonly ScopeSuffix[]>;
    readonly others: OtherBuilds;
  },
): Promise<boolean> {
  const { others, needs, exports } = known;
  switch (setting) {
    case 'allow_unsafe':
    case 'allow_extern': {
      const kind = setting === 'allow_unsafe' ? 'disallowed-unsafe' : 'disallowed-extern';
      const scopes = needs.get(`${scope.package}\0${kind}`) ?? [];
      if (scopes.some((suffix) => covers(scope.suffix, suffix))) return true;
      const may = await Promise.all(packages.map((p) => others.mayHave(p, words[setting])));
      return may.includes(true);
    }
    case 'allow_proc_macro':
      return packages.some(({ targets }) => targets.some((t) => t.kind.includes('proc-macro')));
    case 'compile.env':
    case 'compile.files':
      return value === undefined || isReadRuleInUse(setting, value, scope.suffix, packages, known);
    case 'allow_build_instructions':
      return value === undefined || isRuleInUse(value, scope.suffix, packages, known);
    case 'sandbox':
      return hasPrograms(scope.suffix, packages);
    case 'rustc.sandbox':
      return packages.some(({ id }) =>
        known.units.some(({ loaded }) => loaded.macros.includes(id)),
      );
    case 'import':
      return exports.exporting.has(scope.package);
  }
}

/** Returns whether code of these packages reads what a rule of `compile` allows, here or perhaps in another build. */
async function isReadRuleInUse(
  setting: CompileSetting,
  rule: string,
  suffix: ScopeSuffix,
  packages: readonly Package[],
  { units, workspace, others }: WholeCheck & { readonly others: OtherBuilds },
): Promise<boolean> {
  const isOfFiles = setting === 'compile.files';
  const names = new Set(packages.map(({ name }) => name));
  for (const unit of units) {
    const reads = readsOf(unit, workspace);
    if (reads === undefined || !names.has(reads.package.name)) continue;
    if (!covers(suffix, reads.scope.suffix)) continue;
    const isUsed = isOfFiles
      ? reads.files.some(({ name }) => allowsFile(rule, name, reads.package))
      : reads.env.some(({ name }) => coversVariable(rule, name));
    if (isUsed) return true;
  }
  const word = isOfFiles ? basename(rule) : rule.replace(/\*$/, '');
  const mention = new RegExp(word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return (await Promise.all(packages.map((p) => others.mayHave(p, mention)))).includes(true);
}

/** Returns whether a program would run in the sandbox of a scope. Tests are those of the user's own packages. */
function hasPrograms(suffix: ScopeSuffix, packages: readonly Package[]): boolean {
  return packages.some(
    (p) =>
      (covers(suffix, 'build') && hasBuildScript(p)) ||
      (covers(suffix, 'test') && p.isWorkspaceMember),
  );
}

const hasBuildScript = ({ targets }: Package): boolean =>
  targets.some(({ kind }) => kind.includes('custom-build'));

async function isRuleInUse(
  rule: string,
  suffix: ScopeSuffix,
  packages: readonly Package[],
  known: WholeCheck & { readonly others: OtherBuilds },
): Promise<boolean> {
  const { scripts: said, workspace, others } = known;
  const withScript = packages.filter(hasBuildScript);
  if (withScript.length === 0 || !covers(suffix, 'build')) return false;
  for (const { id } of withScript) {
    const own = said.filter(({ packageId }) => packageId === id);
    // A script that did not run has printed nothing yet.
    if (own.length === 0) return true;
    if (own.some(({ instructions }) => instructions.some((i) => isInstructionAllowed(i, [rule]))))
      return true;
  }
  // For another target the script may print more: then its sources or its dependencies contain the words of the
  // instruction.
  const key = normalisedInstruction(rule)
    .replace(/^cargo:|\*$/g, '')
    .replace(/=.*$/s, '');
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const mention = key.startsWith('rustc-')
    ? new RegExp(escaped)
    : new RegExp(`cargo::?(?:metadata=)?(?:${escaped === '' ? '' : `${escaped}|`}\\{)`);
  for (const p of withScript) {
    const parts = workspace.packages.filter(({ index }) => workspace.dependsOn(p.index, index));
    for (const part of parts) if (await others.mentions(part, mention)) return true;
  }
  return false;
}
