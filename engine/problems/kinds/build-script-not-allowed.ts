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
  code: 'C0302',
  explanation: {
    what: 'A package has a build script, `common.explicit_build_scripts` is on, and cackle.toml has no table `[pkg.NAME.build]`. The script was not run.',
    why: 'A build script runs on the machine that builds, before any code of yours does. With this setting each of them is named in cackle.toml, so that a new one is seen.',
    example: ['[common]', 'explicit_build_scripts = true'].join('\n'),
    settle: 'Read the build script, then write the table `[pkg.NAME.build]`; it may be empty.',
  },
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
