import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { REAL_SUFFIX } from '../build/build-script.ts';
import type { BuildScriptRun, Gate, RustcInvocation, ScriptGate } from '../build/types.ts';
import { CheckError } from '../errors.ts';
import type { BuildScriptRecord, LinkRecord, UnitRecord } from '../facts/unit-record.ts';
import type { Pools } from '../pool/pools.ts';
import { type Problem, severityOf } from '../problems/kinds.ts';
import { KnownLibraries } from '../units/known-libraries.ts';
import { LoaderPlaces } from '../units/loader-places.ts';
import { PlantedLibraries } from '../units/planted-libraries.ts';
import type { Records } from '../units/records.ts';
import { type LiveConfig, untilSettled } from '../verdicts/live-config.ts';
import { type OutputVerdict, StaleOutputError } from '../verdicts/output-verdict.ts';
import type { UnitProblems } from '../verdicts/unit-problems.ts';
import type { Verdicts } from '../verdicts/verdicts.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import { type HeldProgram, HeldPrograms } from './held-programs.ts';
import { SaidBefore } from './said-before.ts';
import { ScriptOutputGate } from './script-output.ts';
import { whyHeld } from './why-held.ts';

/** Gives the verdict on an output. */
type Judged = (record: UnitRecord, link: LinkRecord) => Promise<OutputVerdict>;

/** Decides what may run: nothing that was built runs before it was judged (rule 9.1). */
export class Gates {
  /** The gate for the output of build scripts. */
  readonly scriptOutput: ScriptOutputGate;
  /** Outputs that were about to run and have no record: they have to be built again. */
  readonly filesToRebuild = new Set<string>();
  /** OUT_DIRs of scripts whose output cargo has and the store has not: they have to run again. */
  readonly scriptsToRerun = new Set<string>();
  /** Checked before a program runs, and at the end. */
  readonly planted: PlantedLibraries;
  /** Where programs may look for shared libraries that were built. */
  readonly loaderPlaces: LoaderPlaces;
  private readonly libraries: KnownLibraries;
  private readonly before: SaidBefore;
  private readonly held: HeldPrograms;
  private readonly records: Records;
  private readonly verdicts: Verdicts;
  private readonly unitProblems: UnitProblems;
  private readonly live: LiveConfig;
  private readonly workspace: Workspace;

  constructor(deps: {
    pools: Pools;
    records: Records;
    verdicts: Verdicts;
    unitProblems: UnitProblems;
    live: LiveConfig;
    workspace: Workspace;
  }) {
    this.held = new HeldPrograms(deps.workspace);
    this.scriptOutput = new ScriptOutputGate(this.held, deps);
    this.records = deps.records;
    this.planted = new PlantedLibraries(deps.workspace, deps.records);
    this.loaderPlaces = new LoaderPlaces(deps.workspace, deps.records, this.planted);
    this.libraries = new KnownLibraries(deps.records);
    this.before = new SaidBefore(deps.pools, deps.workspace);
    this.verdicts = deps.verdicts;
    this.unitProblems = deps.unitProblems;
    this.live = deps.live;
    this.workspace = deps.workspace;
  }

  /** By package and what of it is held. */
  get heldPrograms(): ReadonlyMap<string, HeldProgram> {
    return this.held.all;
  }

  /** Decides about a build script that cargo is about to run. */
  async buildScript(run: BuildScriptRun, waits: () => void): Promise<ScriptGate> {
    const gate = await this.unlessStale(this.judgeBuildScript(run, waits), 'build script');
    if (!gate.allow) {
      const output = this.scriptOutput;
      await this.records.putScript(output.heldBack(output.recordOf(run), 'run'));
      return gate;
    }
    const { sandbox } = this.scriptOutput.recordOf(run);
    const said = await this.before.outputOf(run, sandbox);
    return said === undefined ? gate : { ...gate, said };
  }

  /** Makes cargo run a script again that an earlier check held and that may run now. */
  async release(script: BuildScriptRecord): Promise<void> {
    this.before.release(script);
    await this.records.forgetScript(script);
  }

  private async judgeBuildScript(run: BuildScriptRun, waits: () => void): Promise<Gate> {
    const label = this.held.labelOf(run.packageId);
    await this.planted.refuse();
    await this.records.refreshFor([run.linkedOutput]);
    const record = this.records.byOutput(run.linkedOutput);
    const link = record?.links.find((l) => l.output === run.linkedOutput);
    const real = `${run.linkedOutput}${REAL_SUFFIX}`;
    const isThere = existsSync(real);
    const isJudged = await this.records.isAsRecorded(real);
    if (record === undefined || link === undefined || !isJudged) {
      this.held.add(run.packageId, 'build script');
      this.filesToRebuild.add(run.linkedOutput);
      return {
        allow: false,
        reason: `the build script of ${label} ${isThere ? 'is not the file that was judged' : 'is gone'}: it is built again`,
      };
    }
    if (record.packageId !== run.packageId || record.kind !== 'build-script')
      throw new CheckError(
        `cargo runs ${run.linkedOutput} as the build script of ${label}, but it was compiled as ${record.kind} \`${record.targetName}\` of ${this.held.labelOf(record.packageId)}`,
        `something other than cargo may have written there: remove ${dirname(run.linkedOutput)} and check again`,
      );
    const waiting = { packageLabel: label, what: 'build script', waits };
    const judged: Judged = (...output) => this.verdicts.verdictOf(...output);
    const problems = await untilSettled(this.live, waiting, async () => {
      return this.againstRunning(record, link, run.package, judged);
    });
    if (problems.length === 0) return { allow: true };
    this.held.add(run.packageId, 'build script');
    return {
      allow: false,
      reason: `the build script of ${label} is held: ${whyHeld(problems)}`,
      isHeld: true,
    };
  }

  /** The problems that forbid running a build script of a package. */
  private async againstRunning(
    record: UnitRecord,
    link: LinkRecord,
    index: PackageIndex,
    judged: Judged,
  ): Promise<Problem[]> {
    const found = await this.problemsOf(record, link, judged);
    const name = this.workspace.packages[index]?.name ?? '';
    const { kind } = this.live.current.sandbox({ package: name, suffix: 'build' });
    return kind === undefined ? [...found, { kind: 'sandbox-not-chosen' }] : found;
  }

  /**
   * Is a build script that an earlier check held still held by the configuration now? With `asks` by the configuration after
   * the user or `--auto-accept-fixes` was asked.
   */
  async staysHeld(script: BuildScriptRecord, asks = false): Promise<boolean> {
    const p = this.workspace.byId.get(script.packageId);
    // No package of this tree depends on it.
    if (p === undefined || script.held === 'output') return true;
    const live = asks ? this.live : { current: this.live.current };
    if (script.held === 'instructions')
      return this.scriptOutput.staysWithheld(script, p.index, live);
    const record = this.records.byOutput(script.linkedOutput);
    const link = record?.links.find((l) => l.output === script.linkedOutput);
    if (record === undefined || link === undefined) return false;
    try {
      const waiting = { packageLabel: p.label, what: 'build script', waits: () => undefined };
      // Cargo may build it anew, or build another one: this says nothing of what will run.
      const judged: Judged = (...output) => this.verdicts.ofEarlierCheck(...output);
      const against = () => this.againstRunning(record, link, p.index, judged);
      return (await untilSettled(live, waiting, against)).length > 0;
    } catch (error) {
      if (error instanceof StaleOutputError) return false;
      throw error;
    }
  }

  /** Counts a script that an earlier check held, and that stays held, as held by this one. */
  holdStill({ packageId, held }: BuildScriptRecord): void {
    this.held.add(packageId, held === 'run' ? 'build script' : 'build script output');
    if (held === 'output') this.scriptOutput.noteUnreadable(packageId);
  }

  /**
   * Decides about a rustc that is about to load libraries and proc macros: those on its command line and their dependencies.
   * Each must be built by cargo and have a record, and the output of the package's build script must be judged.
   */
  async compilation(invocation: RustcInvocation, waits: () => void): Promise<Gate> {
    await this.planted.refuse(invocation.outDir);
    const strange = (await this.unknownLibraries(invocation)) ?? this.unknownRun(invocation);
    const gate =
      strange ?? (await this.unlessStale(this.judgeProcMacros(invocation, waits), 'proc macro'));
    if (gate.allow) this.libraries.began(invocation);
    return gate;
  }

  /** Is a directory one into which cargo's units write their libraries? */
  holdsUnits(directory: string): boolean {
    return this.libraries.isIn(directory);
  }

  private async unknownLibraries(invocation: RustcInvocation): Promise<Gate | undefined> {
    const unknown = await this.libraries.lackingFor(invocation);
    if (unknown.length === 0) return undefined;
    this.held.add(invocation.packageId, 'library');
    for (const path of unknown) this.filesToRebuild.add(path);
    return {
      allow: false,
      reason: `built again, because no record of them is stored: ${unknown.join(', ')}`,
    };
  }

  /** Refuses a unit whose build script printed output that is not known, or not allowed any more: the script runs again. */
  private unknownRun({ scriptOutDir, packageId, package: index }: RustcInvocation) {
    // What the user's configuration says instead of a script (`target.TRIPLE.LINKS`) leaves no directory.
    if (scriptOutDir === undefined || !existsSync(scriptOutDir)) return undefined;
    const said = this.records.script(scriptOutDir);
    const isKnown = said?.packageId === packageId;
    if (isKnown && !this.scriptOutput.passedMore(said, index)) return undefined;
    this.held.add(packageId, 'build script output');
    this.scriptsToRerun.add(scriptOutDir);
    const label = this.held.labelOf(packageId);
    const reason = `what the build script of ${label} told cargo is not ${isKnown ? 'allowed any more' : 'known'}: it runs again`;
    return { allow: false, reason } as const;
  }

  /** The proc macros that rustc may load for a unit. */
  macrosOf(invocation: RustcInvocation): ReadonlySet<UnitRecord> {
    return this.libraries.procMacrosFor(invocation);
  }

  private async judgeProcMacros(invocation: RustcInvocation, waits: () => void): Promise<Gate> {
    const replaced: string[] = [];
    const held: string[] = [];
    for (const record of this.macrosOf(invocation)) {
      replaced.push(...(await this.replacedIn(record)));
      for (const link of record.links) {
        const waiting = {
          packageLabel: this.held.labelOf(record.packageId),
          what: 'proc macro',
          waits,
        };
        const problems = await untilSettled(this.live, waiting, () =>
          this.problemsOf(record, link, (...output) => this.verdicts.verdictOf(...output)),
        );
        if (problems.length === 0) continue;
        // The others are judged all the same: a report names everything that is held.
        this.held.add(record.packageId, 'proc macro');
        const label = this.held.labelOf(record.packageId);
        held.push(`the proc macro ${label} is held: ${whyHeld(problems)}`);
      }
    }
    if (held.length > 0) return { allow: false, reason: held.join('; '), isHeld: true };
    if (replaced.length > 0) {
      this.held.add(invocation.packageId, 'proc macro');
      for (const path of replaced) this.filesToRebuild.add(path);
      return {
        allow: false,
        reason: `built again, because it is not the file that was judged: ${replaced.join(', ')}`,
      };
    }
    return { allow: true };
  }

  /** The outputs of a proc macro that are not the files that were judged. */
  private async replacedIn({ outputs }: UnitRecord): Promise<string[]> {
    const libraries = outputs.map(({ path }) => path).filter((path) => path.endsWith('.so'));
    const known = await Promise.all(libraries.map((path) => this.records.isAsRecorded(path)));
    return libraries.filter((_, i) => !known[i]);
  }

  /** Refuses a program whose facts were lost, so that it cannot be judged: the next attempt builds it again. */
  private async unlessStale(gate: Promise<Gate>, what: string): Promise<Gate> {
    try {
      return await gate;
    } catch (error) {
      if (!(error instanceof StaleOutputError)) throw error;
      const { packageId } = error.record;
      this.held.add(packageId, what);
      return {
        allow: false,
        reason: `the stored facts of the ${what} of ${this.held.labelOf(packageId)} were lost: it is built again`,
      };
    }
  }

  /** The problems that forbid running an output: its usages, its unsafe code, files that were read for it, missing permissions of its package. */
  private async problemsOf(
    record: UnitRecord,
    link: LinkRecord,
    judged: Judged,
  ): Promise<Problem[]> {
    const verdict = await judged(record, link);
    const linked = [
      record,
      ...link.inputs.map((i) => this.records.byOutput(i.path)).filter((r) => r !== undefined),
    ];
    const problems: Problem[] = [
      ...this.verdicts.problemsOf(verdict),
      ...this.unitProblems.missing(record),
    ];
    // A Rust dylib is no input of the link, but its code runs too.
    for (const loaded of this.records.closure(record.externs)) {
      const libraries = loaded.links.filter(({ outputKind }) => outputKind === 'shared');
      if (loaded.isProcMacro || libraries.length === 0) continue;
      linked.push(loaded);
      for (const library of libraries)
        problems.push(...this.verdicts.problemsOf(await judged(loaded, library)));
    }
    const lent = this.unitProblems.lentIn(record);
    for (const unit of new Set(linked)) {
      problems.push(...this.unitProblems.keywords(unit, lent));
      problems.push(...this.unitProblems.reads(unit).filter((p) => severityOf(p) === 'error'));
    }
    return problems;
  }
}
