import { relative } from 'node:path';
import type { Config } from '../config/types.ts';
import type { Denial } from '../problems/failure.ts';
import type { ExecutionFailed } from '../problems/kinds/execution-failed.ts';
import type { Problem } from '../problems/kinds.ts';
import { sortedBy } from '../sorted-by.ts';
import type { Workspace } from '../workspace/types.ts';

/**
 * Returns problems with the choice of sandboxes (rules 5.2, 5.14): none is chosen, or a kind is set where it has no
 * meaning.
 */
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

/** How a build script failed, as reported by the build. */
type FailedScript = {
  readonly packageId: string;
  readonly compilerAdvice?: string | undefined;
} & Pick<ExecutionFailed, 'output' | 'status' | 'signal' | 'sandboxCommand' | 'denied'>;

/** Returns a problem for each build script that failed. */
export function failedBuildScripts(
  scripts: readonly FailedScript[],
  workspace: Workspace,
): Problem[] {
  const inOrder = sortedBy(scripts, ({ packageId }) => packageId);
  return inOrder.flatMap((failed): Problem[] => {
    const p = workspace.byId.get(failed.packageId);
    if (p === undefined) return [];
    const { output, status, signal, sandboxCommand, compilerAdvice } = failed;
    const denied = failed.denied?.map((denial) => asInConfig(denial, workspace.root));
    return [
      {
        kind: 'execution-failed',
        packageLabel: p.label,
        packageName: p.name,
        executable: 'build script',
        output: compilerAdvice === undefined ? output : `${output.trimEnd()}\n${compilerAdvice}\n`,
        status,
        signal,
        sandboxCommand,
        ...(denied === undefined || denied.length === 0 ? {} : { denied }),
      },
    ];
  });
}

/** Returns a denial with its path relative to the workspace, as in cackle.toml, if the path is inside it. */
export function asInConfig(denial: Denial, root: string): Denial {
  if (!('path' in denial)) return denial;
  const path = relative(root, denial.path);
  const isOutside = path.split('/')[0] === '..';
  return isOutside ? denial : { ...denial, path: path === '' ? '.' : path };
}
