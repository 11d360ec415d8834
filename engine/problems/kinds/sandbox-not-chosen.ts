import { chooseSandbox } from '../../fixes/setup.ts';
import { byConfigFile, type Descriptor, noNotes } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** The user has not chosen whether build scripts, tests and rustc run in a sandbox (rule 5.2). */
export interface SandboxNotChosen {
  readonly kind: 'sandbox-not-chosen';
}

/** A question before the build; fixes choose a sandbox that works here, or none. */
export const sandboxNotChosen: Descriptor<SandboxNotChosen> = {
  code: 'C0402',
  explanation: {
    what: 'cackle.toml does not say whether build scripts, tests and the compiler run in a sandbox. Until it does, no build script runs.',
    why: 'Judged code may still be hostile when it runs. Whether to confine it is a decision that nobody should make without noticing.',
    example: ['[common]', 'version = 3   # and no [sandbox]'].join('\n'),
    settle:
      'Write `kind = "Bubblewrap"` into `[sandbox]`; `kind = "Auto"` takes Landlock where Bubblewrap does not work. `cackle doctor` tells which do.',
  },
  severity: 'error',
  group: 'configuration',
  label: byConfigFile,
  title: () =>
    'no sandbox is chosen for build scripts, tests and rustc; until then no build script runs',
  question: 'Choose whether build scripts, tests and rustc run in a sandbox',
  inShort: () => 'nobody chose whether it runs in a sandbox',
  notes: noNotes,
  key: () => [],
  merging: theFirst(),
  fixes: (_problem, _config, known) => chooseSandbox(known),
  fixesOnlyPermit: false,
  advice: () => ({ verb: 'allow', text: '[sandbox]\nkind = "Bubblewrap"' }),
  isSettled: (_problem, config) => config.sandboxChosen,
};
