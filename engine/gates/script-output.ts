import { resolve } from 'node:path';
import type { BuildScriptRun, OutputGate, Refusal } from '../build/types.ts';
import { buildScriptSandbox } from '../config/sandbox.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { UNKNOWN_CONTENT } from '../facts/content.ts';
import {
  type BuildScriptRecord,
  type Content,
  type HeldBack,
  UNIT_RECORD_VERSION,
} from '../facts/unit-record.ts';
import {
  instructionProblems,
  instructionsOf,
  mayProceed,
  refusedInstructions,
  watchedPaths,
  withoutInstructions,
} from '../judge/build-instructions.ts';
import type { Pools } from '../pool/pools.ts';
import type { Problem } from '../problems/kinds.ts';
import type { Records } from '../units/records.ts';
import { type LiveConfig, untilSettled } from '../verdicts/live-config.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import { configHash } from './config-hash.ts';
import type { HeldPrograms } from './held-programs.ts';
import { noteSaid } from './said-before.ts';
import { whyHeld } from './why-held.ts';

/** Decides which instructions of a build script reach cargo, and records its output. */
export class ScriptOutputGate {
  private readonly notUtf8 = new Set<string>();
  /** Refused instructions of this check, by package: cargo does not report runs whose output was held. */
  private readonly refusedRuns = new Map<string, BuildScriptRecord>();
  private readonly held: HeldPrograms;
  private readonly records: Records;
  private readonly live: LiveConfig;
  private readonly workspace: Workspace;
  private readonly pools: Pools;
  /** The configuration by which the sandboxes were made. */
  private readonly atStart: Config;
  private readonly failsHeld: boolean;

  constructor(
    held: HeldPrograms,
    deps: {
      readonly records: Records;
      readonly live: LiveConfig;
      readonly workspace: Workspace;
      readonly pools: Pools;
      /** As of `Gates`: any instruction that is refused makes the script fail. */
      readonly failsHeld?: boolean | undefined;
    },
  ) {
    this.failsHeld = deps.failsHeld ?? false;
    this.held = held;
    this.records = deps.records;
    this.live = deps.live;
    this.workspace = deps.workspace;
    this.pools = deps.pools;
    this.atStart = deps.live.current;
  }

  /** Judges the output of a build script before cargo acts on it. */
  async judge(run: BuildScriptRun, stdout: Buffer, waits: () => void): Promise<OutputGate> {
    const instructions = instructionsOf(stdout);
    if (instructions === undefined) {
      this.held.add(run.packageId, 'build script output');
      this.notUtf8.add(run.packageId);
      if (this.failsHeld) return this.failing(run, 'it is not UTF-8');
      await this.records.putScript(this.heldBack(this.recordOf(run), 'output'));
      return { allow: false, passed: '' };
    }
    const watched = await this.watchedBy(run, stdout);
    const record: BuildScriptRecord = { ...this.recordOf(run), instructions, watched };
    const waiting = {
      packageLabel: this.held.labelOf(run.packageId),
      what: 'output of the build script',
      waits,
    };
    const problems = await untilSettled(this.live, waiting, async () => this.refusedBy(record));
    if (this.failsHeld && problems.length > 0) return this.failing(run, whyHeld(problems));
    for (const instruction of refusedInstructions(record, this.workspace, this.live.current))
      this.refusedRuns.set(`${run.packageId}\0${instruction}`, record);
    const withheld = this.heldInstructions(record, run.package);
    if (withheld.length === 0) {
      await this.records.putScript(record);
      return { allow: true };
    }
    this.held.add(run.packageId, 'build script output');
    const said = noteSaid(run, stdout);
    await this.records.putScript(this.heldBack({ ...record, withheld, said }, 'instructions'));
    return { allow: false, passed: withoutInstructions(stdout, withheld) };
  }

  private failing({ packageId }: BuildScriptRun, why: string): OutputGate {
    this.held.add(packageId, 'build script output');
    return { allow: false, fails: this.heldText(packageId, why) };
  }

  private heldText(packageId: string, why: string): string {
    return `what the build script of ${this.held.labelOf(packageId)} says is held: ${why}`;
  }

  /** Refuses a unit for instructions that cargo got from an earlier run, and that are not allowed any more. */
  async refuseWhatWasSaid(said: BuildScriptRecord): Promise<Refusal> {
    const packageLabel = this.held.labelOf(said.packageId);
    const waiting = { packageLabel, what: 'output of the build script', waits: () => undefined };
    const problems = await untilSettled(this.live, waiting, async () => this.refusedBy(said));
    const reason = this.heldText(said.packageId, whyHeld(problems));
    return { allow: false, reason, isHeld: true };
  }

  /** Returns a problem for each output that is not UTF-8, and those of the instructions that were refused during the build. */
  problems(): Problem[] {
    const unreadable = [...this.notUtf8].sort().map((packageId): Problem => {
      const p = this.workspace.byId.get(packageId);
      const output = 'it printed something that is not UTF-8';
      return {
        kind: 'execution-failed',
        packageLabel: p?.label ?? '?',
        packageName: p?.name ?? '?',
        executable: 'build script',
        output,
      };
    });
    const inOrder = [...this.refusedRuns].sort(([a], [b]) => (a < b ? -1 : 1));
    const runs = new Set(inOrder.map(([, record]) => record));
    return [...unreadable, ...[...runs].flatMap((record) => this.refusedBy(record))];
  }

  /** Returns the problems of the instructions of a recorded run that the configuration does not allow. */
  refusedBy(record: BuildScriptRecord): Problem[] {
    return instructionProblems(record, this.workspace, this.live.current);
  }

  /** Counts output of an earlier check that is not UTF-8 as found by this one. */
  noteUnreadable(packageId: string): void {
    this.notUtf8.add(packageId);
  }

  /**
   * Would the same instructions of a recorded run be held now? With `live` by the configuration after the user or
   * `--auto-accept-fixes` was asked.
   */
  async staysWithheld(
    script: BuildScriptRecord,
    index: PackageIndex,
    live: LiveConfig,
  ): Promise<boolean> {
    const packageLabel = this.held.labelOf(script.packageId);
    const waiting = { packageLabel, what: 'output of the build script', waits: () => undefined };
    await untilSettled(live, waiting, async () => this.refusedBy(script));
    return this.heldInstructions(script, index).join('\n') === script.withheld.join('\n');
  }

  /** Did cargo get an instruction of this run that would be held now? */
  passedMore(said: BuildScriptRecord, index: PackageIndex): boolean {
    if (said.held === 'run' || said.held === 'output') return false;
    return this.heldInstructions(said, index).some((line) => !said.withheld.includes(line));
  }

  /** Returns the record of a run of a build script before its result is known. */
  recordOf(run: BuildScriptRun): BuildScriptRecord {
    const name = this.workspace.packages[run.package]?.name ?? '';
    return {
      version: UNIT_RECORD_VERSION,
      packageId: run.packageId,
      outDir: run.outDir,
      linkedOutput: run.linkedOutput,
      instructions: [],
      watched: [],
      withheld: [],
      sandbox: buildScriptSandbox(this.atStart, name),
    };
  }

  /** Returns the record of a run of which something is held. */
  heldBack(record: BuildScriptRecord, held: HeldBack): BuildScriptRecord {
    return { ...record, held, heldBy: configHash(this.live.current) };
  }

  /** The refused instructions on which cargo must not act before they are allowed. */
  private heldInstructions(record: BuildScriptRecord, index: PackageIndex): string[] {
    const linkedIntoHost = isLinkedIntoHost(index, this.workspace);
    return refusedInstructions(record, this.workspace, this.live.current).filter(
      (instruction) => !mayProceed(instruction, linkedIntoHost),
    );
  }

  /** The files whose change makes cargo rerun the script ("The Cargo Book", change detection). */
  private async watchedBy(run: BuildScriptRun, stdout: Buffer): Promise<Content[]> {
    const directory = this.workspace.packages[run.package]?.directory ?? '/';
    const named = watchedPaths(stdout);
    const paths = [...new Set(named ?? ['.'])].map((path) => resolve(directory, path));
    const hashes = await this.pools.watchedHashes(paths);
    if (Array.isArray(hashes)) return paths.map((path, i) => ({ path, hash: hashes[i] as string }));
    // Of a script that names nothing cargo watches the whole package, however large it is.
    if (named === undefined) return paths.map((path) => ({ path, hash: UNKNOWN_CONTENT }));
    throw new CheckError(
      `the build script of ${this.held.labelOf(run.packageId)} has cargo watch ${hashes.path}: ${hashes.why}`,
      'cargo would look at all of it before every build: have the script name what it reads (`cargo:rerun-if-changed`), or leave the package out',
    );
  }
}

/** May a build script or proc macro link the package? Cargo does not report the kind of dependency. */
function isLinkedIntoHost(index: PackageIndex, workspace: Workspace): boolean {
  return workspace.packages.some((p) => {
    if (!workspace.dependsOn(p.index, index)) return false;
    const has = (kind: string): boolean => p.targets.some((t) => t.kind.includes(kind));
    return has('proc-macro') || (has('custom-build') && p.index !== index);
  });
}
