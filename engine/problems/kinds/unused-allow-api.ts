import type { ConfigPlace, PermissionScope } from '../../config/types.ts';
import { removeApi } from '../../fixes/stale.ts';
import { byPackage, type Descriptor, noAdvice, noNotes, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';
import { at, inScope } from '../words.ts';

/** An API permission that nothing needs (rule 5.11). */
export interface UnusedAllowApi extends OfPackage {
  readonly kind: 'unused-allow-api';
  readonly scope: PermissionScope;
  readonly api: string;
  readonly configPlace: ConfigPlace;
}

/** A warning; the fix removes the permission. */
export const unusedAllowApi: Descriptor<UnusedAllowApi> = {
  code: 'C0501',
  explanation: {
    what: 'A package may use an API, and no code of it that can be reached does.',
    why: 'A permission that nobody needs is one that an update can use without being noticed.',
    example: ['[pkg.parser]', 'allow_apis = ["net"]   # parser uses no network'].join('\n'),
    settle:
      'Remove it from `allow_apis`. It is not reported while another target, other features or the tests need it.',
  },
  severity: 'warning',
  group: 'unused permissions',
  label: byPackage,
  title: ({ scope, api, configPlace }) =>
    `${at(configPlace)} the permission \`${api}\`${inScope(scope)} is not used; remove it`,
  question: undefined,
  inShort: () => 'unused-allow-api',
  notes: noNotes,
  key: ({ packageName, scope, api }) => [packageName, scope.suffix, api],
  merging: theFirst(),
  fixes: ({ scope, api }) => removeApi(scope, api),
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: ({ scope, api }, config) =>
    !config.tables.some(
      (table) =>
        table.scope.package === scope.package &&
        table.scope.suffix === scope.suffix &&
        table.allowApis.some((allowed) => allowed.api === api),
    ),
};
