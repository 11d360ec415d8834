import type { ConfigPlace } from '../../config/types.ts';
import { byPackage, type Descriptor, noAdvice, noNotes, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';
import { at } from '../words.ts';

/** `kind` in `pkg.P.sandbox`, where it has no meaning (rule 5.14). */
export interface SandboxKindWithoutMeaning extends OfPackage {
  readonly kind: 'sandbox-kind-without-meaning';
  readonly configPlace: ConfigPlace;
}

/** An error of the configuration without a fix: only the user knows which sandbox was meant. */
export const sandboxKindWithoutMeaning: Descriptor<SandboxKindWithoutMeaning> = {
  severity: 'error',
  group: 'configuration',
  label: byPackage,
  title: ({ configPlace }) =>
    `${at(configPlace)} a package as a whole has no sandbox kind; set it under build.sandbox or test.sandbox, or in [sandbox]`,
  question: undefined,
  inShort: () => 'sandbox-kind-without-meaning',
  notes: noNotes,
  key: ({ packageName }) => [packageName],
  merging: theFirst(),
  fixes: () => [],
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: ({ packageName }, config) =>
    !config.meaninglessSandboxKinds.some((kind) => kind.package === packageName),
};
