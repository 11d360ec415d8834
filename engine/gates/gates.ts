import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { REAL_SUFFIX } from '../build/build-script.ts';
import type {
  BuildScriptRun,
  Gate,
  OutputGate,
  RustcInvocation,
  ScriptGate,
} from '../build/types.ts';
import { isInstructionAllowed, neverAllowed } from '../config/instruction-rules.ts';
import { buildScriptSandbox } from '../config/sandbox.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { UNKNOWN_CONTENT } from '../facts/content.ts';
import {
  type BuildScriptRecord,
  type Content,
  type HeldBack,
  type LinkRecord,
  UNIT_RECORD_VERSION,
  type UnitRecord,
} from '../facts/unit-record.ts';
import {
  instructionsOf,
  mayProceed,
  watchedPaths,
  withoutInstructions,
} from '../judge/build-instructions.ts';
import type { Pools } from '../pool/pools.ts';
import type { Problem } from '../problems/kinds.ts';
import { KnownLibraries } from '../units/known-libraries.ts';
import { PlantedLibraries } from '../units/planted-libraries.ts';
import type { Records } from '../units/records.ts';
import { type LiveConfig, untilSettled } from '../verdicts/live-config.ts';
import { type OutputVerdict, StaleOutputError } from '../verdicts/output-verdict.ts';
import type { UnitProblems } from '../verdicts/unit-problems.ts';
import type { Verdicts } from '../verdicts/verdicts.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import { configHash } from './config-hash.ts';
import { noteSaid, SaidBefore } from './said-before.ts';
import { whyHeld } from './why-held.ts';

/** A build script or proc macro that did not run because of a problem. */
export interface HeldProgram {
  readonly packageLabel: string;
  readonly packageId: string;
  readonly held: string;
}

/** Decides what may run: nothing that was built runs before it was judged (rule 9.1). */
export class Gates {
  readonly heldPrograms = new Map<string, HeldProgram>();
  /** Outputs that were about to run and have no record: they have to be built again. */
  readonly filesToRebuild = new Set<string>();
  /** OUT_DIRs of scripts whose output cargo knows and we do not: they have to run again. */
  readonly scriptsToRerun = new Set<string>();
  /** Asked before anything runs, and at the end. */
  readonly planted: PlantedLibraries;
  private readonly libraries: KnownLibraries;
  private readonly before: SaidBefore;
  private readonly notUtf8 = new Set<string>();
  /** Refused instructions of this check, by package: cargo does not tell of runs whose output was held. */
  private readonly seen = new Map<string, BuildScriptRecord>();
  private readonly records: Records;
  private readonly verdicts: Verdicts;
  private readonly unitProblems: UnitProblems;
  private readonly live: LiveConfig;
  private readonly workspace: Workspace;
  private readonly pools: Pools;
  /** By which the sandboxes were made. */
  private readonly atStart: Config;

  constructor(deps: {
    pools: Pools;
    records: Records;
    verdicts: Verdicts;
    unitProblems: UnitProblems;
    live: LiveConfig;
    workspace: Workspace;
  }) {
    this.pools = deps.pools;
    this.records = deps.records;
    this.planted = new PlantedLibraries(deps.workspace, deps.records);
    this.libraries = new KnownLibraries(deps.records);
    this.before = new SaidBefore(deps.pools, deps.workspace);
    this.verdicts = deps.verdicts;
    this.unitProblems = deps.unitProblems;
    this.live = deps.live;
    this.atStart = deps.live.current;
    this.workspace = deps.workspace;
  }

  private get config(): Config {
    return this.live.current;
  }

  /** A build script that cargo is about to run. */
  async buildScript(run: BuildScriptRun, waits: () => void): Promise<ScriptGate> {
    const gate = await this.unlessStale(this.judgeBuildScript(run, waits), 'build script');
    if (!gate.allow) {
      await this.records.putScript(this.heldBack(this.recordOf(run), 'run'));
      return gate;
    }
    const said = await this.before.outputOf(run, this.recordOf(run).sandbox);
    return said === undefined ? gate : { ...gate, said };
  }

  /** Has cargo ask again for a script that an earlier check held: it may go on. */
  async release(script: BuildScriptRecord): Promise<void> {
    this.before.release(script);
    await this.records.forgetScript(script);
  }

  private async judgeBuildScript(run: BuildScriptRun, waits: () => void): Promise<Gate> {
    const label = this.labelOf(run.packageId);
    await this.planted.refuse();
    await this.records.refreshFor([run.linkedOutput]);
    const record = this.records.byOutput(run.linkedOutput);
    const link = record?.links.find((l) => l.output === run.linkedOutput);
    const real = `${run.linkedOutput}${REAL_SUFFIX}`;
    const isThere = existsSync(real);
    const isJudged = await this.records.isAsRecorded(real);
    if (record === undefined || link === undefined || !isJudged) {
      this.hold(run.packageId, 'build script');
      this.filesToRebuild.add(run.linkedOutput);
      return {
        allow: false,
        reason: `the build script of ${label} ${isThere ? 'is not the file that was judged' : 'is gone'}: it is built again`,
      };
    }
    if (record.packageId !== run.packageId || record.kind !== 'build-script')
      throw new CheckError(
        `cargo runs ${run.linkedOutput} as the build script of ${label}, and it was compiled as ${record.kind} \`${record.targetName}\` of ${this.labelOf(record.packageId)}`,
        `is a file in ${dirname(run.linkedOutput)} not cargo’s? Remove that directory and check again`,
      );
    const waiting = { packageLabel: label, what: 'build script', waits };
    const problems = await untilSettled(this.live, waiting, async () => {
      return this.againstRunning(record, link, run.package);
    });
    if (problems.length === 0) return { allow: true };
    this.hold(run.packageId, 'build script');
    return {
      allow: false,
      reason: `the build script of ${label} is held: ${whyHeld(problems)}`,
    };
  }

  /** What the script runs again for, as cargo reads its output ("The Cargo Book", change detection). */
  private async watchedBy(run: BuildScriptRun, stdout: Buffer): Promise<Content[]> {
    const directory = this.workspace.packages[run.package]?.directory ?? '/';
    const named = watchedPaths(stdout);
    const paths = [...new Set(named ?? ['.'])].map((path) => resolve(directory, path));
    const hashes = await this.pools.watchedHashes(paths);
    if (Array.isArray(hashes)) return paths.map((path, i) => ({ path, hash: hashes[i] as string }));
    // Of a script that names nothing cargo watches the whole package, however large it is.
    if (named === undefined) return paths.map((path) => ({ path, hash: UNKNOWN_CONTENT }));
    throw new CheckError(
      `the build script of ${this.labelOf(run.packageId)} has cargo watch ${hashes.path}: ${hashes.why}`,
      'cargo would look at all of it before every build: have the script name what it reads (`cargo:rerun-if-changed`), or leave the package out',
    );
  }

  /** All that stands against running a build script of a package. */
  private async againstRunning(
    record: UnitRecord,
    link: LinkRecord,
    index: PackageIndex,
  ): Promise<Problem[]> {
    const found = await this.problemsOf(record, link);
    const name = this.workspace.packages[index]?.name ?? '';
    const { kind } = this.config.sandbox({ package: name, suffix: 'build' });
    return kind === undefined ? [...found, { kind: 'sandbox-not-chosen' }] : found;
  }

  /**
   * Would a build script of which an earlier check held something back be treated in the same way by the configuration now?
   * With `asks` by the one that follows when whoever answers for it was asked.
   */
  async staysHeld(script: BuildScriptRecord, asks = false): Promise<boolean> {
    const p = this.workspace.packages.find(({ id }) => id === script.packageId);
    // Nobody in this tree has anything of it.
    if (p === undefined || script.held === 'output') return true;
    const live = asks ? this.live : { current: this.config };
    const who = { packageLabel: p.label, waits: () => undefined };
    if (script.held === 'instructions') {
      const waiting = { ...who, what: 'output of the build script' };
      await untilSettled(live, waiting, async () => this.refusedBy(script));
      return this.heldInstructions(script, p.index).join('\n') === script.withheld.join('\n');
    }
    const record = this.records.byOutput(script.linkedOutput);
    const link = record?.links.find((l) => l.output === script.linkedOutput);
    if (record === undefined || link === undefined) return false;
    try {
      const waiting = { ...who, what: 'build script' };
      const against = () => this.againstRunning(record, link, p.index);
      return (await untilSettled(live, waiting, against)).length > 0;
    } catch (error) {
      if (error instanceof StaleOutputError) return false;
      throw error;
    }
  }

  /** Takes what an earlier check held back, and what stays so, as held by this one. */
  holdStill({ packageId, held }: BuildScriptRecord): void {
    this.hold(packageId, held === 'run' ? 'build script' : 'build script output');
    if (held === 'output') this.notUtf8.add(packageId);
  }

  /** The instructions that were refused and that cargo must not act on before they are allowed. */
  private heldInstructions(record: BuildScriptRecord, index: PackageIndex): string[] {
    const linkedIntoHost = isLinkedIntoHost(index, this.workspace);
    return this.refused(record).filter((instruction) => !mayProceed(instruction, linkedIntoHost));
  }

  private heldBack(record: BuildScriptRecord, held: HeldBack): BuildScriptRecord {
    return { ...record, held, heldBy: configHash(this.config) };
  }

  /** What a build script printed, before cargo acts on it. */
  async instructions(run: BuildScriptRun, stdout: Buffer, waits: () => void): Promise<OutputGate> {
    const instructions = instructionsOf(stdout);
    if (instructions === undefined) {
      this.hold(run.packageId, 'build script output');
      this.notUtf8.add(run.packageId);
      await this.records.putScript(this.heldBack(this.recordOf(run), 'output'));
      return { allow: false, passed: '' };
    }
    const watched = await this.watchedBy(run, stdout);
    const record: BuildScriptRecord = { ...this.recordOf(run), instructions, watched };
    const waiting = {
      packageLabel: this.labelOf(run.packageId),
      what: 'output of the build script',
      waits,
    };
    await untilSettled(this.live, waiting, async () => this.refusedBy(record));
    for (const instruction of this.refused(record))
      this.seen.set(`${run.packageId}\0${instruction}`, record);
    const withheld = this.heldInstructions(record, run.package);
    if (withheld.length === 0) {
      await this.records.putScript(record);
      return { allow: true };
    }
    this.hold(run.packageId, 'build script output');
    const said = noteSaid(run, stdout);
    await this.records.putScript(this.heldBack({ ...record, withheld, said }, 'instructions'));
    return { allow: false, passed: withoutInstructions(stdout, withheld) };
  }

  /** A problem for each instruction that was refused while the build went on. */
  refusedInstructions(): Problem[] {
    const unreadable = [...this.notUtf8].sort().map((packageId): Problem => {
      const p = this.workspace.packages.find(({ id }) => id === packageId);
      const output = 'it printed something that is not UTF-8';
      return {
        kind: 'execution-failed',
        packageLabel: p?.label ?? '?',
        packageName: p?.name ?? '?',
        executable: 'build script',
        output,
      };
    });
    const refused = [...this.seen]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, record]) => this.refusedBy(record));
    return [...unreadable, ...refused];
  }

  /** A problem for each instruction of a recorded run that the configuration does not allow. */
  refusedBy(record: BuildScriptRecord): Problem[] {
    const p = this.workspace.packages.find(({ id }) => id === record.packageId);
    if (p === undefined) return [];
    const { label: packageLabel, name: packageName } = p;
    return this.refused(record).map((instruction) => ({
      kind: 'disallowed-build-instruction',
      packageLabel,
      packageName,
      instruction,
      never: neverAllowed(instruction),
    }));
  }

  private refused(record: BuildScriptRecord): string[] {
    const p = this.workspace.packages.find(({ id }) => id === record.packageId);
    if (p === undefined) return [];
    const rules = this.config.permissions({
      package: p.name,
      suffix: 'build',
    }).allowBuildInstructions;
    return record.instructions.filter((instruction) => !isInstructionAllowed(instruction, rules));
  }

  /**
   * A rustc that is about to load libraries and proc macros: those it names and those that they were built with. All of
   * them were built by cargo and have a record, and what its package's build script told cargo was judged.
   */
  async compilation(invocation: RustcInvocation, waits: () => void): Promise<Gate> {
    await this.planted.refuse(invocation.outDir);
    const strange = (await this.unknownLibraries(invocation)) ?? this.unknownRun(invocation);
    const gate =
      strange ?? (await this.unlessStale(this.judgeProcMacros(invocation, waits), 'proc macro'));
    if (gate.allow) this.libraries.began(invocation);
    return gate;
  }

  /** Is a directory one of those where cargo's units leave their libraries? */
  holdsUnits(directory: string): boolean {
    return this.libraries.isIn(directory);
  }

  private async unknownLibraries(invocation: RustcInvocation): Promise<Gate | undefined> {
    const unknown = await this.libraries.lackingFor(invocation);
    if (unknown.length === 0) return undefined;
    this.hold(invocation.packageId, 'library');
    for (const path of unknown) this.filesToRebuild.add(path);
    return { allow: false, reason: `built again, for lack of a record: ${unknown.join(', ')}` };
  }

  /** What a script told cargo, and is not known or not allowed any more, is not compiled in: the script runs again. */
  private unknownRun({ scriptOutDir, packageId, package: index }: RustcInvocation) {
    // What the user's configuration says instead of a script (`target.TRIPLE.LINKS`) leaves no directory.
    if (scriptOutDir === undefined || !existsSync(scriptOutDir)) return undefined;
    const said = this.records.script(scriptOutDir);
    const isKnown = said?.packageId === packageId;
    if (isKnown && !this.passedMore(said, index)) return undefined;
    this.hold(packageId, 'build script output');
    this.scriptsToRerun.add(scriptOutDir);
    const label = this.labelOf(packageId);
    const reason = `what the build script of ${label} told cargo is not ${isKnown ? 'allowed any more' : 'known'}: it runs again`;
    return { allow: false, reason } as const;
  }

  /** Has cargo an instruction of this run that would be held back by now? */
  private passedMore(said: BuildScriptRecord, index: PackageIndex): boolean {
    if (said.held === 'run' || said.held === 'output') return false;
    return this.heldInstructions(said, index).some((line) => !said.withheld.includes(line));
  }

  private async judgeProcMacros(invocation: RustcInvocation, waits: () => void): Promise<Gate> {
    const paths = invocation.externs.map((e) => e.path).filter((path) => path !== undefined);
    const replaced: string[] = [];
    for (const record of this.records.closure(paths)) {
      if (!record.isProcMacro) continue;
      replaced.push(...(await this.replacedIn(record)));
      for (const link of record.links) {
        const waiting = { packageLabel: this.labelOf(record.packageId), what: 'proc macro', waits };
        const problems = await untilSettled(this.live, waiting, () =>
          this.problemsOf(record, link),
        );
        if (problems.length === 0) continue;
        this.hold(record.packageId, 'proc macro');
        return {
          allow: false,
          reason: `the proc macro ${this.labelOf(record.packageId)} is held: ${whyHeld(problems)}`,
        };
      }
    }
    if (replaced.length > 0) {
      this.hold(invocation.packageId, 'proc macro');
      for (const path of replaced) this.filesToRebuild.add(path);
      return {
        allow: false,
        reason: `built again, for it is not the file that was judged: ${replaced.join(', ')}`,
      };
    }
    return { allow: true };
  }

  /** Of a proc macro that is about to be loaded: what is not the file that was judged. */
  private async replacedIn({ outputs }: UnitRecord): Promise<string[]> {
    const libraries = outputs.map(({ path }) => path).filter((path) => path.endsWith('.so'));
    const known = await Promise.all(libraries.map((path) => this.records.isAsRecorded(path)));
    return libraries.filter((_, i) => !known[i]);
  }

  /** What cannot be judged because its facts were lost does not run: the next round builds it again. */
  private async unlessStale(gate: Promise<Gate>, what: string): Promise<Gate> {
    try {
      return await gate;
    } catch (error) {
      if (!(error instanceof StaleOutputError)) throw error;
      const { packageId } = error.record;
      this.hold(packageId, what);
      return {
        allow: false,
        reason: `the stored facts of the ${what} of ${this.labelOf(packageId)} were lost: it is built again`,
      };
    }
  }

  /** All that stands against running an output: its usages, its unsafe code, missing permissions of its package. */
  private async problemsOf(record: UnitRecord, link: LinkRecord): Promise<Problem[]> {
    const verdict: OutputVerdict = await this.verdicts.verdictOf(record, link);
    const linked = [
      record,
      ...link.inputs.map((i) => this.records.byOutput(i.path)).filter((r) => r !== undefined),
    ];
    const problems: Problem[] = [
      ...this.verdicts.problemsOf(verdict),
      ...this.unitProblems.missing(record),
    ];
    // A Rust dylib is no input of the link, and its code runs all the same.
    for (const loaded of this.records.closure(record.externs)) {
      const libraries = loaded.links.filter(({ outputKind }) => outputKind === 'shared');
      if (loaded.isProcMacro || libraries.length === 0) continue;
      linked.push(loaded);
      for (const library of libraries)
        problems.push(...this.verdicts.problemsOf(await this.verdicts.verdictOf(loaded, library)));
    }
    const lent = this.unitProblems.lentIn(record);
    for (const unit of new Set(linked)) {
      problems.push(...this.unitProblems.keywords(unit, lent));
    }
    return problems;
  }

  private recordOf(run: BuildScriptRun): BuildScriptRecord {
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

  private hold(packageId: string, held: string): void {
    this.heldPrograms.set(`${packageId}\0${held}`, {
      packageLabel: this.labelOf(packageId),
      packageId,
      held,
    });
  }

  private labelOf(packageId: string): string {
    return this.workspace.packages.find(({ id }) => id === packageId)?.label ?? packageId;
  }
}

/** May a build script or proc macro link the package? Cargo does not tell for which kind of dependency. */
function isLinkedIntoHost(index: PackageIndex, workspace: Workspace): boolean {
  return workspace.packages.some((p) => {
    if (!workspace.dependsOn(p.index, index)) return false;
    const has = (kind: string): boolean => p.targets.some((t) => t.kind.includes(kind));
    return has('proc-macro') || (has('custom-build') && p.index !== index);
  });
}
