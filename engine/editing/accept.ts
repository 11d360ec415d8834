import { checkTree } from '../check/check.ts';
import { BuildCounts } from '../check/counts.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import { schemaLineOf } from '../check/schema-file.ts';
import { readTree } from '../check/tree.ts';
import { CheckError } from '../errors.ts';
import type { Problem } from '../problems/kinds.ts';
import type { CheckReport } from '../problems/report.ts';
import { sandboxFaults } from '../sandbox/choice.ts';
import { type AcceptedFix, AutoAccept } from './auto-accept.ts';

/** More than any workspace needs: the problems that fixes of APIs reveal are a layer or two deep. */
const MAX_ACCEPTING_RUNS = 8;

/** The result of `--auto-accept-fixes`. */
export interface Accepted {
  readonly report: CheckReport;
  readonly fixes: readonly AcceptedFix[];
}

/**
 * Checks, and writes the best fix of each problem to cackle.toml until no problem has one; creates the file if it is
 * missing. Build scripts and proc macros go on in the same run of cargo as soon as they are allowed. Outputs are judged again
 * without cargo: to cargo, an edit of cackle.toml is a change in the package, after which a build script that names no files
 * runs again. A sandbox is never switched off. Throws as {@link check} does.
 */
export async function checkAndAccept(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<Accepted> {
  const { command, questions } = options;
  const tree = await readTree(options, { command, questions });
  const { configFile, exports } = tree;
  const missing: Problem = { kind: 'configuration-missing' };
  const faults = await sandboxFaults(tree.workspace.sysroot);
  const known = { ...faults, schemaLine: schemaLineOf(tree) };
  const accept = await AutoAccept.open(configFile, exports, known, missing);
  if (!accept.current.sandboxChosen) {
    await accept.accept([{ kind: 'sandbox-not-chosen' }]);
    if (!accept.current.sandboxChosen)
      throw new CheckError(
        `no sandbox is chosen, and neither works here: Bubblewrap: ${faults.bubblewrapFault}; Landlock: ${faults.landlockFault}`,
        'fix that; only you can choose to do without a sandbox: run `cackle`, which asks, or see README.md, "Without a sandbox"',
      );
  }
  const counts = new BuildCounts();
  for (let runs = 1; ; runs++) {
    const { report } = await checkTree({
      ...{ options, observer, signal, counts, live: accept },
      // A later check finds what the user, or a build script, has changed since.
      tree: runs === 1 ? tree : undefined,
    });
    // Held and failed programs can only go on in another run of cargo.
    const changed = runs < MAX_ACCEPTING_RUNS && (await accept.accept(report.problems));
    if (!changed) return { report, fixes: accept.accepted };
  }
}
