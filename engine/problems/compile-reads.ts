import type { CompileSetting, Config, PermissionScope } from '../config/types.ts';
import { allowing } from '../fixes/advice.ts';
import { allowReads } from '../fixes/permissions.ts';
import {
  byPackage,
  type Code,
  type Descriptor,
  type Explanation,
  noNotes,
  type OfPackage,
  type Severity,
} from './descriptor.ts';
import type { CompileUse } from './usages.ts';
import { unitedReads } from './ways-to-merge.ts';
import { inScope } from './words.ts';

/** Names that a title lists, and characters of each: crates choose them. */
const SHOWN = 5;
const LONGEST_NAME = 120;

/** The part of a problem that concerns what a package's code reads while it is compiled. */
export interface DisallowedReads extends OfPackage {
  readonly scope: PermissionScope;
  readonly uses: readonly CompileUse[];
}

/** What a problem with variables says that one with files does not. */
export interface ReadsTexts {
  readonly code: Code;
  readonly explanation: Explanation;
  readonly severity: Severity;
  readonly setting: CompileSetting;
  readonly group: string;
  /** Returns what the package does, before the scope; `names` is what it reads. */
  does(names: string, count: number): string;
  isAllowed(config: Config, scope: PermissionScope, name: string): boolean;
}

/** Returns the descriptor of problems with what is read while compiling: settled when the scope allows all of it. */
export function readsDescriptor<P extends DisallowedReads & { readonly kind: string }>({
  code,
  explanation,
  severity,
  setting,
  group,
  does,
  isAllowed,
}: ReadsTexts): Descriptor<P> {
  const says = ({ uses }: P): string => {
    const names = uses.map(({ name }) =>
      name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name,
    );
    const more = names.length - SHOWN;
    const list = `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return does(list, names.length);
  };
  return {
    code,
    explanation,
    severity,
    group,
    label: byPackage,
    title: (problem) =>
      `${says(problem)} while it is compiled${inScope(problem.scope)}, which is not allowed`,
    question: undefined,
    inShort: (problem) => `${problem.packageLabel} ${says(problem)} while it is compiled`,
    notes: noNotes,
    key: ({ packageLabel, scope }) => [packageLabel, scope.suffix],
    merging: unitedReads(),
    fixes: ({ scope, uses }) => fixesOf(scope, setting, uses),
    fixesOnlyPermit: true,
    advice: ({ scope, uses }) => allowing(fixesOf(scope, setting, uses)),
    isSettled: ({ scope, uses }, config) =>
      uses.every(({ name }) => isAllowed(config, scope, name)),
  };
}

const fixesOf = (scope: PermissionScope, setting: CompileSetting, uses: readonly CompileUse[]) =>
  allowReads(
    scope,
    setting,
    uses.map(({ name }) => name),
    { areHidden: uses.some(({ isHidden }) => isHidden === true) },
  );
