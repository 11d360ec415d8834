import { watchBuiltin } from '../../fixes/setup.ts';
import { byConfigFile, type Descriptor, noAdvice, noNotes } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A built-in API that a new configuration could import. Asked in a first run only (rule 5.3). */
export interface StdApiOnOffer {
  readonly kind: 'std-api-on-offer';
  readonly api: string;
}

/** A question before the build; fixes import the API, or write its definition into cackle.toml. */
export const stdApiOnOffer: Descriptor<StdApiOnOffer> = {
  code: 'C0403',
  explanation: {
    what: 'A new, empty configuration does not watch one of the built-in APIs. Only the terminal UI asks this, in a first run.',
    why: 'An API that is neither imported nor defined is never reported.',
    example: ['[common]', 'import_std = []'].join('\n'),
    settle:
      'Choose in the UI: import the API, write its definition down, or ignore it. Later, `import_std` in `[common]` takes its name.',
  },
  severity: 'error',
  group: 'configuration',
  label: byConfigFile,
  title: ({ api }) => `the built-in API \`${api}\` is not watched`,
  question: undefined,
  inShort: () => 'std-api-on-offer',
  notes: noNotes,
  key: ({ api }) => [api],
  merging: theFirst(),
  fixes: ({ api }) => watchBuiltin(api),
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: ({ api }, config) => config.apis.has(api),
};
