import { relative } from 'node:path';
import type { BuildOutcome } from '../build/types.ts';
import type { Config } from '../config/types.ts';
import { CargoFailedError } from '../errors.ts';
import type { Problem } from '../problems/kinds.ts';
import type { Denial } from '../sandbox/denied.ts';
import { shellWords } from '../shell-words.ts';
import { sortedBy } from '../sorted-by.ts';
import type { Workspace } from '../workspace/types.ts';

/** What is wrong with the choice of sandboxes (rules 5.2, 5.14): none chosen, or a kind where it has no meaning. */
export function sandboxProblems(config: Config): Problem[] {
  const meaningless = config.meaninglessSandboxKinds.map(
    ({ package: packageName, place }): Problem => ({
      kind: 'sandbox-kind-without-meaning',
      packageName,
      packageLabel: packageName,
      configPlace: place,
    }),
  );
  return config.sandboxChosen ? meaningless : [{ kind: 'sandbox-not-chosen' }, ...meaningless];
}

/** A problem for each build script that ran and failed. */
export function failedBuildScripts(outcome: BuildOutcome, workspace: Workspace): Problem[] {
  const inOrder = sortedBy(outcome.failedBuildScripts, ({ packageId }) => packageId);
  return inOrder.flatMap((failed): Problem[] => {
    const p = workspace.packages.find(({ id }) => id === failed.packageId);
    if (p === undefined) return [];
    const { output, status, signal, sandboxCommand } = failed;
    const denied = failed.denied?.map((denial) => asInConfig(denial, workspace.root));
    return [
      {
        kind: 'execution-failed',
        packageLabel: p.label,
        packageName: p.name,
        executable: 'build script',
        output,
        status,
        signal,
        sandboxCommand,
        ...(denied === undefined || denied.length === 0 ? {} : { denied }),
      },
    ];
  });
}

/** A path of cackle.toml is relative to the workspace, where it lies in it. */
function asInConfig(denial: Denial, root: string): Denial {
  if (!('path' in denial)) return denial;
  const path = relative(root, denial.path);
  const isOutside = path.split('/')[0] === '..';
  return isOutside ? denial : { ...denial, path: path === '' ? '.' : path };
}

/** The error for a workspace that does not compile; the sandbox may be why. */
export function compileError(outcome: BuildOutcome, everything: boolean): CargoFailedError {
  const command = outcome.failedSandboxedUnits[0]?.command;
  const sandboxed =
    command === undefined
      ? ''
      : `; rustc ran in the sandbox of [rustc.sandbox], which may forbid what it needs${everything ? `:\n  ${shellWords(command)}` : ' (--debug shows its command line, --log-file keeps it)'}`;
  return new CargoFailedError(
    'the workspace does not compile',
    `cargo says why above; mend that and check again${sandboxed}`,
  );
}

/** Names of the `rustc-env` instructions of a build script. */
export function variablesSet(instructions: readonly string[]): string[] {
  return instructions.flatMap((line) => /^cargo:rustc-env=([^=]+)=/.exec(line)?.[1] ?? []);
}
