import { builtinApis } from '../../config/builtin.ts';
import { createEmpty, createRecommended } from '../../fixes/setup.ts';
import { byConfigFile, type Descriptor, noAdvice, noNotes } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';
import type { SandboxNotChosen } from './sandbox-not-chosen.ts';
import type { StdApiOnOffer } from './std-api-on-offer.ts';

/** There is no cackle.toml (rule 5.1). */
export interface ConfigurationMissing {
  readonly kind: 'configuration-missing';
}

/** The first question of a check; its fix makes the file and leads to the other questions. */
export const configurationMissing: Descriptor<
  ConfigurationMissing,
  SandboxNotChosen | StdApiOnOffer
> = {
  code: 'C0401',
  explanation: {
    what: 'There is no cackle.toml beside the Cargo.toml of the workspace.',
    why: 'Without it nothing says what packages may do.',
    example: 'cackle -n   # in a workspace without cackle.toml',
    settle: '`cackle init` writes a first one, and the terminal UI offers the same.',
  },
  severity: 'error',
  group: 'configuration',
  label: byConfigFile,
  title: () => 'there is no cackle.toml; nothing is allowed yet',
  question: 'There is no cackle.toml yet: choose how to begin',
  inShort: () => 'configuration-missing',
  notes: noNotes,
  key: () => [],
  merging: theFirst(),
  fixes: (_problem, _config, known) => {
    const sandbox: SandboxNotChosen = { kind: 'sandbox-not-chosen' };
    const apis = [...builtinApis.keys()].map((api) => ({ kind: 'std-api-on-offer', api }) as const);
    return [
      { ...createRecommended(known), asksNext: [sandbox] },
      { ...createEmpty(known), asksNext: [sandbox, ...apis] },
    ];
  },
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: () => true,
};
