import type { Gate, RustcInvocation, RustcOutcome } from '../build/types.ts';
import { digest, type RecordStore, stampOf } from '../facts/store.ts';
import { stateOfTree } from '../units/directory-state.ts';
import type { Records } from '../units/records.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import type { HeldProgram } from './held-programs.ts';

/** The clock of file systems goes in ticks: what is newer than this before rustc started may have changed after it. */
const TICK_MS = 20;
/** Directories that cargo skips when it watches the directory of a package. */
const unwatched = new Set(['target', '.git']);

/**
 * Compilations that failed because a build script is held. Cargo starts them in every check; while the script is held, and
 * command line, environment, libraries and sources are the same, rustc would fail in the same way.
 */
export class KnownFailures {
  private readonly began = new Map<number, number>();
  /** Of this check, by the name of the unit: what they were compiled of. */
  private readonly failed = new Map<string, { invocation: RustcInvocation; of: string }>();
  private readonly refused = new Map<string, RustcInvocation>();
  private known: Promise<ReadonlyMap<string, string>> | undefined;
  private readonly store: RecordStore;
  private readonly records: Records;
  private readonly workspace: Workspace;

  constructor(store: RecordStore, records: Records, workspace: Workspace) {
    this.store = store;
    this.records = records;
    this.workspace = workspace;
  }

  /** Decides about a rustc that is about to start. */
  async gate(invocation: RustcInvocation): Promise<Gate> {
    this.began.set(invocation.id, Date.now());
    this.known ??= this.store.failures();
    const before = (await this.known).get(nameOf(invocation));
    if (before === undefined) return { allow: true };
    const now = await this.compiledOf(invocation);
    if (now === undefined || before !== this.cause(invocation, now.of)) return { allow: true };
    this.refused.set(nameOf(invocation), invocation);
    return {
      allow: false,
      reason: `${invocation.crateName} is not compiled again: it failed before, and what it needs of a held build script is still missing`,
    };
  }

  /** Notes how a rustc ended. A failure of the machine may not happen again, so it is not noted. */
  async ended({ invocation, success, disturbed }: RustcOutcome): Promise<void> {
    const name = nameOf(invocation);
    const began = this.began.get(invocation.id) ?? 0;
    if (success) {
      if ((await this.known)?.has(name)) await this.store.removeFailure(name);
      return;
    }
    const now = disturbed ? undefined : await this.compiledOf(invocation);
    if (now !== undefined && now.newest < began - TICK_MS)
      this.failed.set(name, { invocation, of: now.of });
  }

  /**
   * Records the failures that a held script caused. Resolves to the names of units that were refused although no script is
   * held; they are forgotten, so that the next run of cargo compiles them.
   */
  async settle(held: ReadonlyMap<string, HeldProgram>): Promise<string[]> {
    const packages = this.workspace.packages.filter(({ id }) =>
      [...held.values()].some(({ packageId }) => packageId === id),
    );
    const isCaused = (index: PackageIndex): boolean =>
      packages.some((p) => this.workspace.dependsOn(index, p.index));
    for (const [name, { invocation, of }] of this.failed)
      if (isCaused(invocation.package))
        await this.store.putFailure(name, this.cause(invocation, of));
    const wrong = [...this.refused].filter(([, { package: index }]) => !isCaused(index));
    for (const [name] of wrong) await this.store.removeFailure(name);
    return wrong.map(([, { crateName, kind }]) => `${crateName} (${kind})`);
  }

  /** Returns a hash of the inputs of a compilation, and of what is held. */
  private cause({ package: index }: RustcInvocation, of: string): string {
    const indexes = new Map(this.workspace.packages.map((p) => [p.id, p.index]));
    const held = [...this.records.allScripts()].flatMap((script) => {
      const from = indexes.get(script.packageId);
      if (script.held === undefined || from === undefined) return [];
      return this.workspace.dependsOn(index, from)
        ? [[script.outDir, script.held, ...script.withheld].join('\n')]
        : [];
    });
    return digest([of, ...held.sort()]);
  }

  private async compiledOf(
    invocation: RustcInvocation,
  ): Promise<{ of: string; newest: number } | undefined> {
    const p = this.workspace.packages[invocation.package];
    const stamps = await Promise.all(invocation.externs.map((e) => e.path && stampOf(e.path)));
    const built = buildDirectories(this.workspace);
    const leavesOut = (path: string, name: string): boolean =>
      unwatched.has(name) || built.includes(path);
    const sources = p && stateOfTree(p.directory, { leavesOut, links: 'follow' });
    if (sources === undefined) return undefined;
    const of = digest([invocation.commandHash, JSON.stringify(stamps), sources.state]);
    return { of, newest: sources.newest };
  }
}

/** Cargo gives each unit a file name of its own. */
const nameOf = ({ outDir, crateName, extraFilename, kind }: RustcInvocation): string =>
  digest([outDir, crateName, extraFilename, kind]);
