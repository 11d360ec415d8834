import { type Edit, type EditStep, scopePath } from '../config/edit/edit.ts';
import type { Config, PermissionScope, ScopeSetting } from '../config/types.ts';
import { where } from './permissions.ts';
import type { Fix } from './types.ts';

const edit = (...steps: EditStep[]): Edit => ({ steps });

/** Returns the fix that removes an API permission that nothing needs. */
export function removeApi(scope: PermissionScope, api: string): Fix[] {
  return [
    {
      title: `remove the unused \`${api}\` from ${scope.package}${where[scope.suffix]}`,
      explanation: `No live code of ${scope.package} needs ${api} there.`,
      edit: edit({ kind: 'remove', path: [...scopePath(scope), 'allow_apis'], value: api }),
    },
  ];
}

/** Returns the fix that removes a setting without effect, or one value of its list. */
export function removeSetting(
  { scope, setting, value }: Omit<ScopeSetting, 'place'>,
  config: Config | undefined,
): Fix[] {
  const path = [...scopePath(scope), ...setting.split('.')];
  // This setting may be the only one in the section, which also permits the build script to exist.
  const keepSection: EditStep[] =
    scope.suffix === 'build' && config?.explicitBuildScripts && setting !== 'sandbox'
      ? [{ kind: 'build-section', package: scope.package }]
      : [];
  const what = value === undefined ? setting : `${setting} \`${value}\``;
  return [
    {
      title: `remove the unused ${what} from ${scope.package}${where[scope.suffix]}`,
      explanation: 'It has no effect on this tree, for no target and no feature of the lock file.',
      edit: edit(
        value === undefined ? { kind: 'drop', path } : { kind: 'remove', path, value },
        ...keepSection,
      ),
    },
  ];
}

/** Returns the fixes for a path of an API that matches nothing: replace it by the nearest one, or remove it. */
export function correctApiPath(
  api: string,
  list: 'include' | 'exclude',
  text: string,
  nearest: string | undefined,
): Fix[] {
  const path = ['api', api, list];
  const remove: EditStep = { kind: 'remove', path, value: text };
  const replace: Fix[] =
    nearest === undefined
      ? []
      : [
          {
            title: `write \`${nearest}\` for \`${text}\` in the ${list} of \`${api}\``,
            explanation: `${nearest} is there, ${text} is not.`,
            edit: edit({ kind: 'add', path, values: [nearest] }, remove),
          },
        ];
  return [
    ...replace,
    {
      title: `remove \`${text}\` from the ${list} of \`${api}\``,
      explanation: 'Nothing in the tree has this path, so nothing else changes.',
      edit: edit(remove),
    },
  ];
}
