import { checkTree } from '../check/check.ts';
import { BuildCounts } from '../check/counts.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import { readTree } from '../check/tree.ts';
import { CheckError } from '../errors.ts';
import type { Problem } from '../problems/kinds.ts';
import type { CheckReport } from '../problems/report.ts';
import { bubblewrapFault } from '../sandbox/probe.ts';
import { type AcceptedFix, AutoAccept } from './auto-accept.ts';

/** More than any workspace needs: what a fix of an API brings to light is a layer or two deep. */
const MAX_ACCEPTING_RUNS = 8;

/** What `--auto-accept-fixes` did. */
export interface Accepted {
  readonly report: CheckReport;
  readonly fixes: readonly AcceptedFix[];
}

/**
 * Checks and writes the best fix of each problem to cackle.toml until nothing is left that has one; makes the file
 * where there is none. Build scripts and proc macros go on in the same run of cargo as soon as they are allowed, and
 * what is built is judged again without cargo: to it, an edit of cackle.toml is a change in the package, after which a
 * build script that names no files runs again. It never switches a sandbox off. Throws as {@link check} does.
 */
export async function checkAndAccept(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<Accepted> {
  const fault = await bubblewrapFault();
  const { command, questions } = options;
  const tree = await readTree(options, { command, questions });
  const { configFile, exports } = tree;
  const missing: Problem = { kind: 'configuration-missing' };
  const accept = await AutoAccept.open(configFile, exports, { bubblewrapFault: fault }, missing);
  if (!accept.current.sandboxChosen) {
    await accept.accept([{ kind: 'sandbox-not-chosen' }]);
    if (!accept.current.sandboxChosen)
      throw new CheckError(
        `no sandbox is chosen, and Bubblewrap does not work here: ${fault ?? 'it was not tried'}`,
        'mend that; to do without a sandbox is for nobody but you to choose: `cackle`, which asks, or README.md, "Without a sandbox"',
      );
  }
  const counts = new BuildCounts();
  for (let runs = 1; ; runs++) {
    const { report } = await checkTree({
      ...{ options, observer, signal, counts, live: accept },
      // A later check finds what the user, or a build script, has changed since.
      tree: runs === 1 ? tree : undefined,
    });
    // What was held or failed can only go on in another run of cargo.
    const changed = runs < MAX_ACCEPTING_RUNS && (await accept.accept(report.problems));
    if (!changed) return { report, fixes: accept.accepted };
  }
}
