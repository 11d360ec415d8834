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
  code: 'C0404',
  explanation: {
    what: '`kind` stands in `[pkg.NAME.sandbox]`, where it has no meaning: a package as a whole is not started.',
    why: 'Whoever wrote it believes that something is confined, or not confined, and it is otherwise.',
    example: ['[pkg.parser.sandbox]', 'kind = "Disabled"'].join('\n'),
    settle:
      'Move it to `[pkg.NAME.build.sandbox]` or `[pkg.NAME.test.sandbox]`, or into `[sandbox]` for all.',
  },
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
