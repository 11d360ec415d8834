import type { PermissionScope } from '../../config/types.ts';
import { allowing } from '../../fixes/advice.ts';
import { allowApi, excludeTargets } from '../../fixes/permissions.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import { isApiSettled } from '../settled.ts';
import type { Usage } from '../usages.ts';
import { unitedUsages } from '../ways-to-merge.ts';
import { inScope } from '../words.ts';

/** A package uses an API of a package that it does not depend on (rule 5.5). */
export interface OffTreeApi extends OfPackage {
  readonly kind: 'off-tree-api';
  readonly scope: PermissionScope;
  readonly api: string;
  /** The package that the target belongs to. */
  readonly providedBy: string;
  readonly usages: readonly Usage[];
}

/** As a disallowed API, and it names the package that provides the API. */
export const offTreeApi: Descriptor<OffTreeApi> = {
  code: 'C0102',
  explanation: {
    what: 'Code of a package uses an API that another package provides, and the first does not depend on the second, not even through others.',
    why: 'A function can reach such a target only through type arguments, trait objects or callbacks that somebody else handed to it. The use is real, but the dependency tree does not explain it.',
    example: [
      '# `list` is generic; `app` passes it a type of `socket`',
      'fn send_all<T: Write>(to: T)   # in `list`, which does not depend on `socket`',
    ].join('\n'),
    settle:
      'Read the path from the root. Allow the API to the package as for C0101, or take the target out of the API with `exclude` in `[api.NAME]`.',
  },
  severity: 'error',
  group: 'uses of APIs without a dependency',
  label: byPackage,
  title: ({ scope, api, providedBy }) =>
    `uses the API \`${api}\` of ${providedBy}, on which it does not depend${inScope(scope)}`,
  question: undefined,
  inShort: ({ packageLabel, api }) => `${packageLabel} uses ${api}`,
  notes: noNotes,
  key: ({ packageName, scope, api, providedBy }) => [packageName, scope.suffix, api, providedBy],
  merging: unitedUsages(),
  fixes: ({ scope, api, usages }, config) => [
    ...allowApi(scope, api),
    ...excludeTargets(api, usages, config),
  ],
  fixesOnlyPermit: true,
  advice: ({ scope, api }) => allowing(allowApi(scope, api)),
  isSettled: isApiSettled,
};
