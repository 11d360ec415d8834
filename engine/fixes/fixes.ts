import type { Edit, EditStep } from '../config/edit/edit.ts';
import type { Config } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import {
  apiFixes,
  buildScriptFixes,
  instructionFixes,
  keywordFixes,
  offTreeFixes,
  procMacroFixes,
  sourceFixes,
  unknownPackageFixes,
} from './permissions.ts';
import {
  configurationFixes,
  executionFixes,
  exportFixes,
  possibleExportFixes,
  sandboxFixes,
  stdApiFixes,
  versionFixes,
} from './setup.ts';
import { unmatchedPathFixes, unusedFixes, unusedSettingFixes } from './stale.ts';
import type { Fix, FixKnowledge } from './types.ts';

export type { Fix, FixKnowledge } from './types.ts';

/**
 * The fixes of a problem, best first (docs/rules.md, 5); none where no edit helps. `config` is the configuration that
 * the problem was found with; without it, fixes that need to know it are left out.
 */
export function fixesFor(
  problem: Problem,
  config: Config | undefined,
  known: FixKnowledge = {},
): Fix[] {
  return fixesByName(problem, config, known).map((fix) => ({
    ...fix,
    edit: inTables(fix.edit, config),
  }));
}

/** An edit of packages by the keys under which their tables stand. */
function inTables(edit: Edit, config: Config | undefined): Edit {
  if (config === undefined) return edit;
  const ambiguous = new Set(config.ambiguous.map(({ name }) => name));
  const keyOf = (name: string): string => (ambiguous.has(name) ? name : config.tableOf(name));
  const steps = edit.steps.map((step): EditStep => {
    if ('scope' in step)
      return { ...step, scope: { ...step.scope, package: keyOf(step.scope.package) } };
    if (step.kind === 'build-section') return { ...step, package: keyOf(step.package) };
    const [table, name, ...rest] = step.path;
    return table === 'pkg' && name !== undefined
      ? { ...step, path: [table, keyOf(name), ...rest] }
      : step;
  });
  return { ...edit, steps };
}

/** The same, with packages by their names: their tables in cackle.toml may have other keys. */
function fixesByName(
  problem: Problem,
  config: Config | undefined,
  known: FixKnowledge,
): readonly Fix[] {
  switch (problem.kind) {
    case 'configuration-missing':
      return configurationFixes();
    case 'sandbox-not-chosen':
      return sandboxFixes(known);
    case 'std-api-on-offer':
      return stdApiFixes(problem);
    case 'disallowed-api':
      return apiFixes(problem, config);
    case 'off-tree-api':
      return offTreeFixes(problem, config);
    case 'disallowed-unsafe':
    case 'disallowed-extern':
      return keywordFixes(problem);
    case 'proc-macro-not-allowed':
      return procMacroFixes(problem);
    case 'build-script-not-allowed':
      return buildScriptFixes(problem);
    case 'disallowed-build-instruction':
      return instructionFixes(problem);
    case 'execution-failed':
      return executionFixes(problem, config);
    case 'unused-allow-api':
      return unusedFixes(problem);
    case 'unused-setting':
      return unusedSettingFixes(problem, config);
    case 'unmatched-api-path':
      return unmatchedPathFixes(problem);
    case 'unknown-package':
      return unknownPackageFixes(problem);
    case 'ambiguous-package':
      return sourceFixes(problem);
    case 'export-not-imported':
      return exportFixes(problem, known);
    case 'possible-export':
      return possibleExportFixes(problem);
    case 'newer-config-version':
      return versionFixes(problem, config);
    case 'sandbox-kind-without-meaning':
      return [];
  }
}
