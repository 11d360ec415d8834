import type { ConfigPlace, PermissionScope, ScopeSetting } from '../../config/types.ts';
import { removeSetting } from '../../fixes/stale.ts';
import { byPackage, type Descriptor, noAdvice, noNotes, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';
import { at, inScope } from '../words.ts';

/** A setting of a scope that has no effect (rule 5.11). */
export interface UnusedSetting extends OfPackage {
  readonly kind: 'unused-setting';
  readonly scope: PermissionScope;
  readonly setting: ScopeSetting['setting'];
  /** The value without effect, when the setting is a list. */
  readonly value?: string | undefined;
  readonly configPlace: ConfigPlace;
}

/** A warning; the fix removes the setting, or its value from the list. */
export const unusedSetting: Descriptor<UnusedSetting> = {
  code: 'C0502',
  explanation: {
    what: 'A setting of a package, such as `allow_unsafe`, a build instruction or a sandbox table, has no effect.',
    why: 'It allows what nobody needs today and an update may need tomorrow, or it is misspelt or misplaced and does not do what it was written for.',
    example: ['[pkg.parser]', 'allow_unsafe = true   # parser has no unsafe code'].join('\n'),
    settle: 'Remove it.',
  },
  severity: 'warning',
  group: 'unused permissions',
  label: byPackage,
  title: ({ scope, setting, value, configPlace }) => {
    const what = value === undefined ? `\`${setting}\`` : `\`${value}\` in ${setting}`;
    return `${at(configPlace)} ${what}${inScope(scope)} has no effect; remove it`;
  },
  question: undefined,
  inShort: () => 'unused-setting',
  notes: noNotes,
  key: ({ packageName, scope, setting, value }) => [
    packageName,
    scope.suffix,
    setting,
    value ?? '',
  ],
  merging: theFirst(),
  fixes: (problem, config) => removeSetting(problem, config),
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: (problem, config) =>
    !config.settings.some(
      ({ scope, setting, value }) =>
        scope.package === problem.scope.package &&
        scope.suffix === problem.scope.suffix &&
        setting === problem.setting &&
        value === problem.value,
    ),
};
