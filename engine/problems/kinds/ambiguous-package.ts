import type { ConfigPlace } from '../../config/types.ts';
import { setSource } from '../../fixes/permissions.ts';
import { type Descriptor, noAdvice, noNotes } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';
import { at } from '../words.ts';

/** A table of cackle.toml whose name matches packages from several sources: it applies to none of them (rule 5.13). */
export interface AmbiguousPackage {
  readonly kind: 'ambiguous-package';
  readonly packageName: string;
  readonly sources: readonly string[];
  readonly configPlace: ConfigPlace;
}

/** An error of the configuration: fixes give the table the `source` of one of the packages. */
export const ambiguousPackage: Descriptor<AmbiguousPackage> = {
  code: 'C0405',
  explanation: {
    what: 'Packages of one name come from several sources, and a table of cackle.toml does not say which of them it means. It allows nothing to any of them.',
    why: 'A permission that was meant for the crate of the registry must not go to another of the same name.',
    example: [
      '[pkg.parser]          # one from crates.io, one from a git repository',
      'allow_apis = ["fs"]',
    ].join('\n'),
    settle:
      'Write `source` into the table, as the report names the sources: `source = "crates.io"`.',
  },
  severity: 'error',
  group: 'configuration',
  label: ({ packageName }) => packageName,
  title: ({ sources, configPlace }) =>
    `${at(configPlace)} packages of this name come from ${sources.join(' and ')}; the table allows nothing to any of them until its \`source\` says which is meant`,
  question: undefined,
  inShort: () => 'ambiguous-package',
  notes: noNotes,
  key: ({ packageName }) => [packageName],
  merging: theFirst(),
  fixes: ({ packageName, sources }) => setSource(packageName, sources),
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: ({ packageName }, config) =>
    !config.ambiguous.some(({ name }) => name === packageName),
};
