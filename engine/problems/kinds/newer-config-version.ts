import { updateVersion } from '../../fixes/setup.ts';
import { byConfigFile, type Descriptor, noAdvice, noNotes } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** cackle.toml has an older version than the newest (rule 5.17). */
export interface NewerConfigVersion {
  readonly kind: 'newer-config-version';
  readonly version: number;
  readonly newest: number;
}

/** A warning of the configuration; the fix writes the newest version. */
export const newerConfigVersion: Descriptor<NewerConfigVersion> = {
  code: 'C0406',
  explanation: {
    what: '`common.version` in cackle.toml is older than the newest version of the format.',
    why: 'Newer versions have stricter defaults.',
    example: ['[common]', 'version = 1'].join('\n'),
    settle:
      'Raise the number. The terminal UI can also write down what keeps the old behaviour; `--ignore-newer-config-versions` hides the warning.',
  },
  severity: 'warning',
  group: 'configuration',
  label: byConfigFile,
  title: ({ version, newest }) => `common.version is ${version}; version ${newest} is the newest`,
  question: undefined,
  inShort: () => 'newer-config-version',
  notes: noNotes,
  key: () => [],
  merging: theFirst(),
  fixes: ({ version, newest }, config) => updateVersion(version, newest, config),
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: ({ newest }, config) => config.version >= newest,
};
