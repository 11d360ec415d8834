import type { Config, PermissionScope } from '../config/types.ts';
import { allowing } from '../fixes/advice.ts';
import { declareSafe, permitKeyword } from '../fixes/permissions.ts';
import {
  byPackage,
  type Code,
  type Descriptor,
  type Explanation,
  noNotes,
  type OfPackage,
} from './descriptor.ts';
import type { KeywordUse } from './usages.ts';
import { unitedUses } from './ways-to-merge.ts';
import { inScope } from './words.ts';

/** The part of a problem that concerns a keyword of Rust in a package's sources (rule 5.6). */
export interface DisallowedKeyword extends OfPackage {
  readonly scope: PermissionScope;
  readonly uses: readonly KeywordUse[];
}

/** What a problem with one keyword says that one with another does not. */
export interface KeywordTexts {
  readonly code: Code;
  readonly explanation: Explanation;
  readonly setting: 'allow_unsafe' | 'allow_extern';
  /** What has the keyword, in the plural, as heading and in fixes. */
  readonly what: string;
  /** What the package does, before the scope. */
  readonly does: string;
  /** What follows the package's label where a gate is held. */
  readonly inShort: string;
  /** Is the keyword allowed in a scope? */
  isAllowed(config: Config, scope: PermissionScope): boolean;
}

/** Returns the descriptor of a keyword's problems: settled when the scope allows it, or the macros that lend it are declared safe. */
export function keywordDescriptor<P extends DisallowedKeyword & { readonly kind: string }>({
  code,
  explanation,
  setting,
  what,
  does,
  inShort,
  isAllowed,
}: KeywordTexts): Descriptor<P> {
  return {
    code,
    explanation,
    severity: 'error',
    group: what,
    label: byPackage,
    title: ({ scope }) => `${does}${inScope(scope)}, which is not allowed`,
    question: undefined,
    inShort: ({ packageLabel }) => `${packageLabel} ${inShort}`,
    notes: noNotes,
    key: ({ packageLabel, scope }) => [packageLabel, scope.suffix],
    merging: unitedUses(),
    fixes: ({ scope, uses }) => [permitKeyword(scope, setting, what), ...declareSafe(uses)],
    fixesOnlyPermit: true,
    advice: ({ scope }) => allowing([permitKeyword(scope, setting, what)]),
    isSettled: ({ scope, uses }, config) => isAllowed(config, scope) || areSafe(uses, config),
  };
}

/** Does every use come from macros that are declared safe? */
function areSafe(uses: readonly KeywordUse[], config: Config): boolean {
  return (
    uses.length > 0 &&
    uses.every(({ macros }) =>
      macros?.every((macro) => config.safeMacros(macro.package).has(macro.name)),
    )
  );
}
