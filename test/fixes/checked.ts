import { expect } from 'vitest';
import { coversFile, coversVariable } from '../../engine/config/compile-rules.ts';
import { applyEdits, type Edit, type EditStep, scopePath } from '../../engine/config/edit/edit.ts';
import { isInstructionAllowed } from '../../engine/config/instruction-rules.ts';
import type { Config } from '../../engine/config/types.ts';
import type { Fix } from '../../engine/fixes/types.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { isSettledBy } from '../../engine/problems/kinds.ts';
import { commentsOf } from './comments.ts';
import { dataOf, expected, firstLost, linesOf, read, said } from './support.ts';

/** Is the problem still there, as far as the configuration alone can say? */
export function remains(problem: Problem, config: Config): boolean {
  switch (problem.kind) {
    case 'disallowed-unsafe':
      return !config.permissions(problem.scope).allowUnsafe;
    case 'disallowed-extern':
      return !config.permissions(problem.scope).allowExtern;
    case 'disallowed-compile-env':
    case 'disallowed-compile-files': {
      const { compileEnv, compileFiles } = config.permissions(problem.scope);
      const [rules, covers] =
        problem.kind === 'disallowed-compile-env'
          ? [compileEnv, coversVariable]
          : [compileFiles, coversFile];
      return !problem.uses.every(({ name }) => rules.some((rule) => covers(rule, name)));
    }
    case 'proc-macro-not-allowed':
      return !config.permissions({ package: problem.packageName, suffix: '' }).allowProcMacro;
    case 'build-script-not-allowed':
      return !config.hasBuildSection(problem.packageName);
    case 'disallowed-build-instruction':
      return !problem.instructions.every((instruction) =>
        isInstructionAllowed(
          instruction,
          config.permissions({ package: problem.packageName, suffix: 'build' })
            .allowBuildInstructions,
        ),
      );
    case 'disallowed-api':
    case 'off-tree-api': {
      if (config.permissions(problem.scope).allowApis.has(problem.api)) return false;
      const { exclude } = config.apis.get(problem.api) ?? { exclude: [] };
      const isIn = (name: string, paths: readonly string[]): boolean =>
        paths.some((path) => `${name}::`.startsWith(`${path}::`));
      return problem.usages.some((usage) => usage.targetNames.some((name) => !isIn(name, exclude)));
    }
    case 'unused-allow-api':
      return config.tables.some(
        ({ scope, allowApis }) =>
          scope.package === problem.scope.package &&
          scope.suffix === problem.scope.suffix &&
          allowApis.some((allowed) => allowed.api === problem.api),
      );
    case 'unused-setting':
      return config.settings.some(
        ({ scope, setting, value }) =>
          scope.package === problem.scope.package &&
          scope.suffix === problem.scope.suffix &&
          setting === problem.setting &&
          value === problem.value,
      );
    case 'unmatched-api-path':
      return config.apiPaths.some(
        ({ api, list, text }) =>
          api === problem.api && list === problem.list && text === problem.path,
      );
    case 'unknown-package':
      return config.packages.has(problem.packageName);
    case 'sandbox-not-chosen':
      return !config.sandboxChosen;
    case 'newer-config-version':
      return config.version < problem.newest;
    case 'possible-export': {
      const api = config.apis.get(problem.api);
      return !(
        api?.include.includes(problem.path) || api?.noAutoDetect.includes(problem.packageName)
      );
    }
    case 'system-functions': {
      const api = config.apis.get(problem.api);
      return !(
        api?.noAutoDetect.includes(problem.packageName) ||
        problem.functions.every((name) => api?.include.includes(name))
      );
    }
    case 'export-not-imported':
      return !config.imports.has(problem.packageName);
    case 'ambiguous-package':
      return config.ambiguous.some(({ name }) => name === problem.packageName);
    case 'sandbox-kind-without-meaning':
      return config.meaninglessSandboxKinds.some((kind) => kind.package === problem.packageName);
    case 'configuration-missing':
    case 'not-locked':
    case 'execution-failed':
    case 'unnamed-act':
    case 'std-api-on-offer':
      return false;
  }
}

function wordsOf(step: EditStep): readonly string[] {
  switch (step.kind) {
    case 'allow':
      return [step.list, step.value, ...scopePath(step.scope).slice(1)];
    case 'permit':
      return [step.flag, ...scopePath(step.scope).slice(1)];
    case 'add':
      return [...step.path, ...step.values];
    case 'remove':
      return [...step.path, step.value];
    case 'set':
    case 'drop':
      return step.path;
    case 'build-section':
      return [step.package];
    case 'first-line':
      return [step.text];
  }
}

/** A line that an edit may change: one that names what the edit is about, or only closes or opens a list. */
function concerns(edit: Edit, line: string): boolean {
  if (/^[\s\],[]*$/.test(line)) return true;
  const words = edit.steps.flatMap(wordsOf);
  return words.some((word) => line.includes(word));
}

/** Makes a fix's edit and checks all that rules 5.22, 5.23 say of edits; gives the new text. */
export function checkFix(text: string, problem: Problem, fix: Fix, comment?: string): string {
  const edit = { ...fix.edit, comment };
  const after = applyEdits(text, [edit]);
  try {
    checkEdit(text, edit, after);
    const config = read(text.replace(/^\ufeff/, ''));
    const edited = read(after.replace(/^\ufeff/, ''));
    expect(remains(problem, edited), 'the problem remains').toBe(false);
    if (edit.steps.length > 0) {
      // A program that failed may have been made up for a sandbox that it does not have.
      if (problem.kind !== 'execution-failed')
        expect(isSettledBy(problem, edited, config), 'the problem is settled').toBe(true);
      expect(applyEdits(after, [fix.edit]), 'made again, the edit changes something').toBe(after);
    }
    const dropped = edit.steps.flatMap((step) => (step.kind === 'drop' ? step.path[1] : []));
    const lost = [...config.packages.keys()].filter(
      (name) =>
        config.explicitBuildScripts &&
        config.hasBuildSection(name) &&
        !edited.hasBuildSection(name) &&
        !dropped.includes(name),
    );
    expect(lost, 'build sections are lost').toEqual([]);
  } catch (error) {
    const [before, now] = [linesOf(text), linesOf(after)];
    const diff = [
      ...before.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
      ...now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ].join('\n');
    throw new Error(`${JSON.stringify(edit)}\n${diff}\n${(error as Error).message}`);
  }
  return after;
}

function checkEdit(text: string, edit: Edit, after: string): void {
  expect(expected(dataOf(text), edit)).toContainEqual(said(dataOf(after)));
  expect(applyEdits(after, [edit]), 'a second time changes nothing').toBe(after);
  // A build section is added only where the removal before it has taken the last of it.
  const sections = (of: string): number => of.split('allow_apis').length;
  const adds = edit.steps.some(({ kind }) =>
    kind === 'build-section'
      ? sections(after) > sections(text)
      : kind !== 'drop' && kind !== 'remove',
  );
  const comments = commentsOf(after);
  if (edit.comment !== undefined && adds && after !== text) {
    const lines = edit.comment.split(/\r?\n/).map((line) => `# ${line}`);
    const at = comments.findIndex((_, i) => lines.every((line, j) => comments[i + j] === line));
    expect(at, 'the comment is missing').toBeGreaterThanOrEqual(0);
    comments.splice(at, lines.length);
  }
  expect(comments).toEqual(commentsOf(text));
  expect(after.startsWith('\ufeff')).toBe(text.startsWith('\ufeff'));
  if (text.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  else expect(after).not.toContain('\r');
  const blankIn = (of: string): number =>
    of.split(/\r?\n/).filter((line) => line.trim() === '').length;
  // A list that goes may have had blank lines in it.
  if (edit.steps.every(({ kind }) => !['allow', 'remove', 'drop'].includes(kind)))
    expect(blankIn(after), 'a blank line is lost').toBeGreaterThanOrEqual(blankIn(text));
  if (edit.steps.some(({ kind }) => kind === 'drop')) return;
  const untouched = linesOf(text).filter((line) => !concerns(edit, line));
  expect(firstLost(untouched, linesOf(after)), 'a line is lost').toBeUndefined();
}
