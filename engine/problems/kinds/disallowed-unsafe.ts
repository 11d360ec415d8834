import type { PermissionScope } from '../../config/types.ts';
import { allowing } from '../../fixes/advice.ts';
import { declareSafe, permitKeyword } from '../../fixes/permissions.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import { areSafe } from '../settled.ts';
import type { KeywordUse } from '../usages.ts';
import { unitedUses } from '../ways-to-merge.ts';
import { inScope } from '../words.ts';

/** `unsafe` in a scope that does not allow it (rule 5.6). */
export interface DisallowedUnsafe extends OfPackage {
  readonly kind: 'disallowed-unsafe';
  readonly scope: PermissionScope;
  readonly uses: readonly KeywordUse[];
}

export const disallowedUnsafe: Descriptor<DisallowedUnsafe> = {
  severity: 'error',
  group: 'unsafe code',
  label: byPackage,
  title: ({ scope }) => `has unsafe code${inScope(scope)}, which is not allowed`,
  question: undefined,
  inShort: ({ packageLabel }) => `${packageLabel} has unsafe code`,
  notes: noNotes,
  key: ({ packageLabel, scope }) => [packageLabel, scope.suffix],
  merging: unitedUses(),
  fixes: ({ scope, uses }) => [
    permitKeyword(scope, 'allow_unsafe', 'unsafe code'),
    ...declareSafe(uses),
  ],
  fixesOnlyPermit: true,
  advice: ({ scope }) => allowing([permitKeyword(scope, 'allow_unsafe', 'unsafe code')]),
  isSettled: ({ scope, uses }, config) =>
    config.permissions(scope).allowUnsafe || areSafe(uses, config),
};
