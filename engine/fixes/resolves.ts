import { type Edit, type EditStep, type Path, scopePath } from '../config/edit/edit.ts';
import { ancestors } from '../config/inheritance.ts';
import { isInstructionAllowed } from '../config/instruction-rules.ts';
import type { Config, PermissionScope, ScopeSuffix } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import { isUnder } from './prefixes.ts';

/** True when a problem is gone once an edit was made to the configuration. */
export function resolves(edit: Edit, problem: Problem, config: Config | undefined): boolean {
  return edit.steps.some((step) => stepResolves(step, problem, config));
}

function stepResolves(step: EditStep, problem: Problem, config: Config | undefined): boolean {
  if (problem.kind === 'build-script-not-allowed')
    return concernsBuildSection(step, problem.packageName, config);
  switch (step.kind) {
    case 'allow':
      return step.list === 'allow_apis'
        ? isApiUsage(problem) && problem.api === step.value && holds(step.scope, problem.scope)
        : problem.kind === 'disallowed-build-instruction' &&
            holds(step.scope, { package: problem.packageName, suffix: 'build' }) &&
            isInstructionAllowed(problem.instruction, [step.value]);
    case 'permit':
      return permits(step, problem, config);
    case 'add':
      return adds(step.path, step.values, problem);
    case 'remove':
      return removes(step, problem);
    case 'set':
      if (problem.kind === 'ambiguous-package')
        return isPath(step.path, ['pkg', problem.packageName, 'source']);
      return sets(step.path, step.value, problem);
    case 'drop':
      return (
        ((problem.kind === 'unknown-package' ||
          problem.kind === 'unused-allow-api' ||
          problem.kind === 'unused-setting') &&
          isPath(step.path, ['pkg', problem.packageName])) ||
        (problem.kind === 'unused-setting' && isPath(step.path, settingPath(problem)))
      );
    case 'build-section':
      return false;
  }
}

function removes(
  { path, value }: Extract<EditStep, { kind: 'remove' }>,
  problem: Problem,
): boolean {
  switch (problem.kind) {
    case 'unused-allow-api':
      return problem.api === value && isPath(path, [...scopePath(problem.scope), 'allow_apis']);
    case 'unused-setting':
      return problem.value === value && isPath(path, settingPath(problem));
    case 'unmatched-api-path':
      return problem.path === value && isPath(path, ['api', problem.api, problem.list]);
    default:
      return false;
  }
}

function settingPath({ scope, setting }: Extract<Problem, { kind: 'unused-setting' }>): Path {
  return [...scopePath(scope), setting];
}

function isApiUsage(
  problem: Problem,
): problem is Extract<Problem, { kind: 'disallowed-api' | 'off-tree-api' }> {
  return problem.kind === 'disallowed-api' || problem.kind === 'off-tree-api';
}

/** True when what `wide` allows is allowed in `narrow` too. */
function holds(wide: PermissionScope, narrow: PermissionScope): boolean {
  return wide.package === narrow.package && between(wide.suffix, narrow.suffix) !== undefined;
}

/** The scopes from the narrow one up to, but without, the wide one; undefined when it does not inherit. */
function between(wide: ScopeSuffix, narrow: ScopeSuffix): ScopeSuffix[] | undefined {
  const chain = [narrow, ...ancestors[narrow]];
  const end = chain.indexOf(wide);
  return end < 0 ? undefined : chain.slice(0, end);
}

function permits(
  { flag, scope }: Extract<EditStep, { kind: 'permit' }>,
  problem: Problem,
  config: Config | undefined,
): boolean {
  if (flag === 'allow_proc_macro')
    return (
      problem.kind === 'proc-macro-not-allowed' &&
      isPath(scopePath(scope), ['pkg', problem.packageName])
    );
  const kind = flag === 'allow_unsafe' ? 'disallowed-unsafe' : 'disallowed-extern';
  if (problem.kind !== kind || !holds(scope, problem.scope)) return false;
  const narrower = between(scope.suffix, problem.scope.suffix) ?? [];
  return !(config?.tables ?? []).some(
    (table) =>
      table.scope.package === scope.package &&
      narrower.includes(table.scope.suffix) &&
      (flag === 'allow_unsafe' ? table.allowUnsafe : table.allowExtern) === false,
  );
}

function adds(path: Path, values: readonly string[], problem: Problem): boolean {
  const [top, name, key] = path;
  if (problem.kind === 'execution-failed') return isInSandboxOf(problem, path);
  const isUnderAny = (path: string): boolean => values.some((value) => isUnder(path, value));
  if (top === 'common' && name === 'import_std')
    return problem.kind === 'std-api-on-offer' && values.includes(problem.api);
  if (top === 'pkg' && key === 'import')
    return problem.kind === 'export-not-imported' && problem.packageName === name;
  if (top === 'pkg' && key === 'safe_macros')
    return (
      (problem.kind === 'disallowed-unsafe' || problem.kind === 'disallowed-extern') &&
      problem.uses.length > 0 &&
      problem.uses.every(({ macros }) =>
        macros?.every((macro) => macro.package === name && values.includes(macro.name)),
      )
    );
  if (top !== 'api') return false;
  if (!('api' in problem) || problem.api !== name) return false;
  if (key === 'no_auto_detect')
    return problem.kind === 'possible-export' && values.includes(problem.packageName);
  if (key === 'include')
    return (
      problem.kind === 'std-api-on-offer' ||
      (problem.kind === 'possible-export' && isUnderAny(problem.path)) ||
      (isApiUsage(problem) && problem.usages.every((u) => u.fromNames.some(isUnderAny)))
    );
  return isApiUsage(problem) && problem.usages.every((u) => u.targetNames.every(isUnderAny));
}

function sets(path: Path, value: boolean | number | string, problem: Problem): boolean {
  switch (problem.kind) {
    case 'configuration-missing':
      return isPath(path, ['common', 'version']);
    case 'newer-config-version':
      return isPath(path, ['common', 'version']) && value === problem.newest;
    case 'sandbox-not-chosen':
      return isPath(path, ['sandbox', 'kind']);
    case 'execution-failed':
      return isInSandboxOf(problem, path);
    default:
      return false;
  }
}

/** Is that a setting of the sandbox that a program failed in? */
function isInSandboxOf(
  { executable, packageName }: Extract<Problem, { kind: 'execution-failed' }>,
  path: Path,
): boolean {
  const suffix = executable === 'test' ? 'test' : 'build';
  return isPath(path.slice(0, -1), [...scopePath({ package: packageName, suffix }), 'sandbox']);
}

function concernsBuildSection(
  step: EditStep,
  packageName: string,
  config: Config | undefined,
): boolean {
  switch (step.kind) {
    case 'build-section':
      return step.package === packageName;
    case 'allow':
    case 'permit':
      return (
        step.scope.package === packageName &&
        step.scope.suffix === 'build' &&
        !isGranted(step, config)
      );
    case 'set':
      return isPath(step.path.slice(0, 3), ['pkg', packageName, 'build']);
    default:
      return false;
  }
}

/** True when the configuration gives it already, so that the step writes nothing. */
function isGranted(
  step: Extract<EditStep, { kind: 'allow' | 'permit' }>,
  config: Config | undefined,
): boolean {
  const granted = config?.permissions(step.scope);
  if (granted === undefined) return false;
  if (step.kind === 'permit') {
    const flags = {
      allow_unsafe: granted.allowUnsafe,
      allow_extern: granted.allowExtern,
      allow_proc_macro: granted.allowProcMacro,
    };
    return flags[step.flag];
  }
  return step.list === 'allow_apis'
    ? granted.allowApis.has(step.value)
    : granted.allowBuildInstructions.includes(step.value);
}

function isPath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}
