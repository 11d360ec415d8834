import type { PermissionScope } from '../../config/types.ts';
import { allowing } from '../../fixes/advice.ts';
import { declareSafe, permitKeyword } from '../../fixes/permissions.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import { areSafe } from '../settled.ts';
import type { KeywordUse } from '../usages.ts';
import { unitedUses } from '../ways-to-merge.ts';
import { inScope } from '../words.ts';

/** `extern` in a scope that does not allow it (rule 5.6). */
export interface DisallowedExtern extends OfPackage {
  readonly kind: 'disallowed-extern';
  readonly scope: PermissionScope;
  readonly uses: readonly KeywordUse[];
}

export const disallowedExtern: Descriptor<DisallowedExtern> = {
  severity: 'error',
  group: 'extern functions',
  label: byPackage,
  title: ({ scope }) => `declares extern functions${inScope(scope)}, which is not allowed`,
  question: undefined,
  inShort: ({ packageLabel }) => `${packageLabel} has extern code`,
  notes: noNotes,
  key: ({ packageLabel, scope }) => [packageLabel, scope.suffix],
  merging: unitedUses(),
  fixes: ({ scope, uses }) => [
    permitKeyword(scope, 'allow_extern', 'extern functions'),
    ...declareSafe(uses),
  ],
  fixesOnlyPermit: true,
  advice: ({ scope }) => allowing([permitKeyword(scope, 'allow_extern', 'extern functions')]),
  isSettled: ({ scope, uses }, config) =>
    config.permissions(scope).allowExtern || areSafe(uses, config),
};
