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
