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
  code: 'C0101',
  explanation: {
    what: 'Code of a package that can be reached uses an API, a named set of paths such as `net` or `fs`, and cackle.toml does not allow it to that package in that scope.',
    why: 'A crate that only parses text has no use for the network. When one begins to use it, after an update for example, this is where it shows.',
    example: [
      '[api.process]',
      'include = ["std::process"]',
      '',
      '# crates/parser/src/lib.rs',
      'std::process::Command::new("sh").spawn()   # parser may not use `process`',
    ].join('\n'),
    settle:
      'Look at the places and at the path that leads there. If the use is right, write the API into the package\'s table: `allow_apis = ["process"]` in `[pkg.parser]`, or in `[pkg.parser.build]` when only its build script needs it. If it is not, pin the earlier version and report the crate.',
  },
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
