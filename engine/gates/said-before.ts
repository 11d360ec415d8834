import type { BuildScriptRun } from '../build/types.ts';
import { contentHash, isSameContent } from '../facts/content.ts';
import type { BuildScriptRecord, Said } from '../facts/unit-record.ts';
import type { Pools } from '../pool/pools.ts';
import { stateOfTree } from '../units/directory-state.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';

/** Who says more to cargo runs again. */
const MAX_OUTPUT = 1024 * 1024;

/** What a run left in its OUT_DIR; undefined where that cannot be told apart from something else. */
const leftIn = (outDir: string): string | undefined =>
  stateOfTree(outDir, { leavesOut: () => false, links: 'give up' })?.state;

/** What a build script said of which something is held back, so that it need not run again for it. */
export function noteSaid(run: BuildScriptRun, stdout: Buffer): Said | undefined {
  const left = leftIn(run.outDir);
  if (left === undefined || stdout.length > MAX_OUTPUT) return undefined;
  return {
    stdout: stdout.toString(),
    program: contentHash(run.linked),
    conditions: run.conditions,
    left,
  };
}

/**
 * What held build scripts have said, for when they are released: cargo has to ask again, and it is known what a script would
 * say as long as cargo itself would call its last run fresh, it would run in the same way, and what it left is untouched.
 */
export class SaidBefore {
  private readonly released = new Map<string, BuildScriptRecord>();
  /** Packages whose scripts ran in this check: who depends on them runs again too. */
  private readonly ran = new Set<PackageIndex>();
  private readonly pools: Pools;
  private readonly workspace: Workspace;

  constructor(pools: Pools, workspace: Workspace) {
    this.pools = pools;
    this.workspace = workspace;
  }

  /** A script that was held may go on. */
  release(script: BuildScriptRecord): void {
    if (script.said !== undefined) this.released.set(script.outDir, script);
  }

  /** What a script that may run would print; undefined when only running it tells. `sandbox` is the one that it would run in. */
  async outputOf(run: BuildScriptRun, sandbox: string): Promise<string | undefined> {
    const said = await this.ifSame(run, sandbox).catch(() => undefined);
    this.released.delete(run.outDir);
    if (said === undefined) this.ran.add(run.package);
    return said;
  }

  private async ifSame(run: BuildScriptRun, sandbox: string): Promise<string | undefined> {
    const script = this.released.get(run.outDir);
    const said = script?.said;
    if (script === undefined || said === undefined) return undefined;
    const isSame =
      script.packageId === run.packageId &&
      script.sandbox === sandbox &&
      said.conditions === run.conditions &&
      said.left === leftIn(run.outDir) &&
      isSameContent(said.program, contentHash(run.linked)) &&
      ![...this.ran].some((other) => this.workspace.dependsOn(run.package, other));
    if (!isSame) return undefined;
    const now = await this.pools.watchedHashes(script.watched.map(({ path }) => path));
    const isFresh =
      Array.isArray(now) && script.watched.every(({ hash }, i) => isSameContent(hash, now[i]));
    return isFresh ? said.stdout : undefined;
  }
}
