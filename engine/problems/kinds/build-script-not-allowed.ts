import { allowing } from '../../fixes/advice.ts';
import { addBuildSection } from '../../fixes/permissions.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A build script without the section required by `explicit_build_scripts` (rule 5.8). */
export interface BuildScriptNotAllowed extends OfPackage {
  readonly kind: 'build-script-not-allowed';
}

/** An error of the package that has the script; the fix allows the script and gives nothing else. */
export const buildScriptNotAllowed: Descriptor<BuildScriptNotAllowed> = {
  severity: 'error',
  group: 'build scripts',
  label: byPackage,
  title: () => 'has a build script, and no build section allows it',
  question: undefined,
  inShort: ({ packageLabel }) => `${packageLabel} has a build script and no build section`,
  notes: noNotes,
  key: ({ packageName }) => [packageName],
  merging: theFirst(),
  fixes: ({ packageName }) => addBuildSection(packageName),
  fixesOnlyPermit: true,
  advice: ({ packageName }) => allowing(addBuildSection(packageName)),
  isSettled: ({ packageName }, config) =>
    !config.explicitBuildScripts || config.hasBuildSection(packageName),
};
