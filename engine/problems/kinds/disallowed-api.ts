import type { PermissionScope } from '../../config/types.ts';
import { allowing } from '../../fixes/advice.ts';
import { allowApi, excludeTargets } from '../../fixes/permissions.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import { isApiSettled } from '../settled.ts';
import type { Usage } from '../usages.ts';
import { unitedUsages } from '../ways-to-merge.ts';
import { inScope } from '../words.ts';

/** A package uses an API without permission (rule 5.4). */
export interface DisallowedApi extends OfPackage {
  readonly kind: 'disallowed-api';
  readonly scope: PermissionScope;
  readonly api: string;
  readonly usages: readonly Usage[];
}

/** Usages in a scope are one problem; fixes allow the API there or in a wider scope, or exclude the paths that are used. */
export const disallowedApi: Descriptor<DisallowedApi> = {
  severity: 'error',
  group: 'uses of APIs',
  label: byPackage,
  title: ({ scope, api }) => `uses the API \`${api}\`${inScope(scope)}, which is not allowed`,
  question: undefined,
  inShort: ({ packageLabel, api }) => `${packageLabel} uses ${api}`,
  notes: noNotes,
  key: ({ packageName, scope, api }) => [packageName, scope.suffix, api],
  merging: unitedUsages(),
  fixes: ({ scope, api, usages }, config) => [
    ...allowApi(scope, api),
    ...excludeTargets(api, usages, config),
  ],
  fixesOnlyPermit: true,
  advice: ({ scope, api }) => allowing(allowApi(scope, api)),
  isSettled: isApiSettled,
};
