import { applyEdits, type Edit, type EditStep } from '../config/edit/edit.ts';
import { needsExactRule, neverAllowed } from '../config/instruction-rules.ts';
import type { Config, PermissionScope } from '../config/types.ts';
import {
  addBuildSection,
  allowApi,
  allowReads,
  permitKeyword,
  permitProcMacro,
} from '../fixes/permissions.ts';
import { inTables } from '../fixes/tables.ts';
import type { Fact } from '../inventory/fact.ts';

/** A fact that cackle.toml refuses, with the name that cackle.toml has for the package. */
export interface RefusedFact {
  readonly fact: Fact;
  readonly configName: string;
}

/**
 * Returns the lines of cackle.toml that allow all of the facts, as narrowly as the first fix of a check would (rule 11.16); empty
 * where nothing can. They are what an empty file would need: who has some of these tables joins them.
 */
export function linesToAllow(refused: readonly RefusedFact[], config: Config): string {
  const edits = refused.flatMap(({ fact, configName }): Edit[] => {
    const [fix] = fixesOf(fact, configName);
    return fix === undefined ? [] : [inTables(fix.edit, config)];
  });
  return applyEdits('', edits).trimEnd();
}

function fixesOf(
  { scope: suffix, kind, name }: Fact,
  packageName: string,
): readonly { readonly edit: Edit }[] {
  const scope = { package: packageName, suffix };
  switch (kind) {
    case 'api':
      return allowApi(scope, name);
    case 'unsafe':
      return [permitKeyword(scope, 'allow_unsafe', 'unsafe code')];
    case 'extern':
      return [permitKeyword(scope, 'allow_extern', 'extern blocks and functions')];
    case 'compile-env':
      return allowReads(scope, 'compile.env', [name]);
    case 'compile-file':
      return allowReads(scope, 'compile.files', [name]);
    case 'proc-macro':
      return permitProcMacro(packageName);
    case 'build-script':
      return addBuildSection(packageName);
    case 'instruction':
      return [{ edit: { steps: ruleFor(name, packageName) } }];
  }
}

/** A fact has a `*` for what it leaves out of an instruction; in rules only one at the end has a meaning. */
function ruleFor(instruction: string, packageName: string): EditStep[] {
  const scope: PermissionScope = { package: packageName, suffix: 'build' };
  const end = instruction.indexOf('*');
  const value = end < 0 ? instruction : `${instruction.slice(0, end)}*`;
  if (neverAllowed(value) !== undefined || (needsExactRule(value) && end >= 0)) return [];
  return [{ kind: 'allow', scope, list: 'allow_build_instructions', value }];
}
