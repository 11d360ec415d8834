import { allowing } from '../../fixes/advice.ts';
import { permitProcMacro } from '../../fixes/permissions.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A proc macro without permission (rule 5.7). */
export interface ProcMacroNotAllowed extends OfPackage {
  readonly kind: 'proc-macro-not-allowed';
}

/** An error of the package; the fix allows the proc macro and gives nothing else. */
export const procMacroNotAllowed: Descriptor<ProcMacroNotAllowed> = {
  code: 'C0301',
  explanation: {
    what: 'A package is a proc macro, and its table does not have `allow_proc_macro`. It was not run, and what needs it was not built.',
    why: 'A proc macro runs inside the compiler, with the rights of whoever builds, and writes code into the crates that use it.',
    example: ['[lib]', 'proc-macro = true   # in the manifest of the package'].join('\n'),
    settle:
      'Write `allow_proc_macro = true` into `[pkg.NAME]`. `rustc.sandbox` confines the compiler while it runs.',
  },
  severity: 'error',
  group: 'proc macros',
  label: byPackage,
  title: () => 'is a proc macro, which is not allowed',
  question: undefined,
  inShort: ({ packageLabel }) => `${packageLabel} is a proc macro and not allowed to be`,
  notes: noNotes,
  key: ({ packageName }) => [packageName],
  merging: theFirst(),
  fixes: ({ packageName }) => permitProcMacro(packageName),
  fixesOnlyPermit: true,
  advice: ({ packageName }) => allowing(permitProcMacro(packageName)),
  isSettled: ({ packageName }, config) =>
    config.permissions({ package: packageName, suffix: '' }).allowProcMacro,
};
