import type { BuildScriptRun } from '../build/types.ts';
import { contentHash, isSameContent } from '../facts/content.ts';
import type { BuildScriptRecord, Said } from '../facts/unit-record.ts';
import type { Pools } from '../pool/pools.ts';
import { stateOfTree } from '../units/directory-state.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';

/** Bytes; a script with longer output runs again. */
const MAX_OUTPUT = 1024 * 1024;

/** Hash of the files that a run left in its OUT_DIR; undefined when they cannot be identified. */
const leftIn = (outDir: string): string | undefined =>
  stateOfTree(outDir, { leavesOut: () => false, links: 'give up' })?.state;

/** Returns the output of a build script of which something is held, so that it need not run again; undefined if it must. */
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
 * The outputs of held build scripts, for their release: cargo has to run them again, but the output is known while cargo itself
 * would call the last run fresh, the script would run in the same way, and the files that it left are unchanged.
 */
export class SaidBefore {
  private readonly released = new Map<string, BuildScriptRecord>();
  /** Packages whose scripts ran in this check: scripts of their dependents run again too. */
  private readonly ran = new Set<PackageIndex>();
  private readonly pools: Pools;
  private readonly workspace: Workspace;

  constructor(pools: Pools, workspace: Workspace) {
    this.pools = pools;
    this.workspace = workspace;
  }

  /** Notes that a held script may go on. */
  release(script: BuildScriptRecord): void {
    if (script.said !== undefined) this.released.set(script.outDir, script);
  }

  /** Resolves to the output that a script would print; undefined when it has to run. `sandbox` is that of the run. */
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
