import type { ConfigPlace } from '../../config/types.ts';
import { removePackage } from '../../fixes/permissions.ts';
import { type Descriptor, noAdvice, noNotes } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';
import { at, didYouMean } from '../words.ts';

/** A table of cackle.toml for a package that is not in the tree (rule 5.12). */
export interface UnknownPackage {
  readonly kind: 'unknown-package';
  readonly packageName: string;
  readonly configPlace: ConfigPlace;
  readonly nearest: string | undefined;
}

/** A warning that names the nearest package; the fix removes the table. */
export const unknownPackage: Descriptor<UnknownPackage> = {
  code: 'C0504',
  explanation: {
    what: 'cackle.toml has a table for a package that is not in the tree.',
    why: 'Its name may be misspelt, and then the package that was meant has no permissions. Or the package is gone, and the table would hold for any later one of that name.',
    example: '[pkg.sered]   # did you mean `serde`?',
    settle:
      'Correct the name, or remove the table. A package that only a test or build script builds with a cargo of its own goes into common.nested_packages.',
  },
  severity: 'warning',
  group: 'unused permissions',
  label: ({ packageName }) => packageName,
  title: ({ configPlace, nearest }) =>
    `${at(configPlace)} no package of this name is in the tree${didYouMean(nearest)}`,
  question: undefined,
  inShort: () => 'unknown-package',
  notes: noNotes,
  key: ({ packageName }) => [packageName],
  merging: theFirst(),
  fixes: ({ packageName }) => removePackage(packageName),
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: ({ packageName }, config) => !config.packages.has(packageName),
};
