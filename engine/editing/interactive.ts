import { checkTree } from '../check/check.ts';
import { BuildCounts } from '../check/counts.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import type { FinishedCheck } from '../check/report.ts';
import { schemaLineOf } from '../check/schema-file.ts';
import { readTree, type Tree } from '../check/tree.ts';
import { applyEdits, type Edit } from '../config/edit/edit.ts';
import type { Exports } from '../config/exports.ts';
import type { Config } from '../config/types.ts';
import type { FixKnowledge } from '../fixes/types.ts';
import { fixesFor, type ProblemFix } from '../problems/fixes.ts';
import type { Problem } from '../problems/kinds.ts';
import { mergeKey } from '../problems/merge.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import type { CheckReport } from '../problems/report.ts';
import type { Usage } from '../problems/usages.ts';
import { sandboxFaults } from '../sandbox/choice.ts';
import type { LiveConfig, Waiting } from '../verdicts/live-config.ts';
import type { Workspace } from '../workspace/types.ts';
import { Findings, type OpenProblem } from './findings.ts';
import { UsagePaths } from './paths-to-usages.ts';
import {
  type ConfigChange,
  EditRefused,
  WatchedConfig,
  type WrittenEdit,
} from './watched-config.ts';

export type { OpenProblem } from './findings.ts';
export { EditRefused } from './watched-config.ts';

/** The phase of an interactive check. */
export type CheckPhase =
  /** Reading the workspace. */
  | 'reading'
  /** The build starts when the open questions are answered. */
  | 'asking'
  | 'building'
  /** Built and judged; the check waits for the user to settle the open problems. */
  | 'answering';

/** The observer of an interactive check. */
export interface InteractiveObserver extends CheckObserver {
  /** Called when open problems, waiting gates or the configuration in force may have changed. */
  changed(): void;
}

/** A gate that waits, with its problems. */
export interface WaitingGate extends Waiting {
  readonly problems: readonly string[];
}

/** One step that can be undone. */
interface UndoStep {
  /** Titles of the fixes that were written. */
  readonly titles: readonly string[];
  /** Undefined where problems were only passed over, which writes nothing. */
  readonly edit: WrittenEdit | undefined;
  readonly passedOver: readonly string[];
  readonly questions: readonly Problem[];
}

/**
 * A check that asks the user: problems arrive while the build goes on, fixes are applied to cackle.toml, and held programs go
 * on. It ends when a whole check with the configuration in force finds nothing.
 */
export class Interactive {
  phase: CheckPhase = 'reading';
  /** Titles of the fixes that were written and not undone. */
  readonly written: string[] = [];
  private readonly options: CheckOptions;
  private readonly observer: InteractiveObserver;
  private readonly findings = new Findings();
  private readonly paths = new UsagePaths();
  private readonly counts = new BuildCounts();
  private readonly undoSteps: UndoStep[] = [];
  private undoing: Promise<void> = Promise.resolve();
  private known: FixKnowledge = {};
  private tree: Workspace | undefined;
  private config: WatchedConfig | undefined;
  private wakeUp: (() => void) | undefined;
  private checkRequested = false;
  private building: { readonly config: Config; readonly restart: AbortController } | undefined;

  constructor(options: CheckOptions, observer: InteractiveObserver) {
    this.options = options;
    this.observer = observer;
  }

  /** Undefined until the workspace was read. */
  get workspace(): Workspace | undefined {
    return this.tree;
  }

  /** The open problems, in the order of their arrival. */
  get open(): readonly OpenProblem[] {
    return this.config === undefined ? [] : this.findings.open(this.config.inForce);
  }

  /** Is a question of a first run not answered yet? */
  private get hasOpenQuestion(): boolean {
    return this.config !== undefined && this.findings.hasOpenQuestion(this.config.inForce);
  }

  /** The reason why cackle.toml as it is on disk is not in force; undefined when it is. */
  get fault(): string | undefined {
    return this.config?.fault;
  }

  /** The text of cackle.toml in force. */
  get configText(): string {
    return this.config?.text ?? '';
  }

  get undoable(): number {
    return this.undoSteps.length;
  }

  /** Build scripts and proc macros that wait for an answer. */
  get waiting(): WaitingGate[] {
    return (this.config?.waiting ?? []).map(({ problems, waiting }) => ({
      ...waiting,
      problems: problems.map(mergeKey),
    }));
  }

  /** Checks until there is no problem; resolves to the last report. Throws as `check` does, and the reason of `signal`. */
  async run(signal: AbortSignal): Promise<CheckReport> {
    const { command } = this.options;
    const tree = await readTree(this.options, { command });
    const { workspace, configFile, exports } = tree;
    this.tree = workspace;
    const faults = await sandboxFaults(workspace.sysroot);
    signal.throwIfAborted();
    this.known = { ...faults, schemaLine: schemaLineOf(tree), exports };
    const config = await this.openConfig(configFile, exports);
    const release = (): void => {
      config.release();
      this.wakeUp?.();
    };
    signal.addEventListener('abort', release, { once: true });
    try {
      return await this.untilClean(config, tree, signal);
    } finally {
      config.release();
    }
  }

  private async openConfig(file: string, exports: Exports): Promise<WatchedConfig> {
    const config = await WatchedConfig.open(file, exports, (change) => this.configChanged(change));
    this.config = config;
    if (config.inForce === undefined) this.findings.ask([{ kind: 'configuration-missing' }]);
    else if (!config.current.sandboxChosen) this.findings.ask([{ kind: 'sandbox-not-chosen' }]);
    return config;
  }

  private async untilClean(
    config: WatchedConfig,
    justRead: Tree,
    signal: AbortSignal,
  ): Promise<CheckReport> {
    let tree: Tree | undefined = justRead;
    for (;;) {
      const answered = (): boolean => config.inForce !== undefined && !this.hasOpenQuestion;
      if (!answered()) {
        this.enter('asking');
        // Whoever is asked may take long, and change the sources meanwhile.
        tree = undefined;
      }
      await this.until(signal, answered);
      this.checkRequested = false;
      const checked = await this.check(config, tree, signal);
      tree = undefined;
      if (checked === undefined) continue;
      const { report, config: judgedBy } = checked;
      this.findings.replace(report.problems, judgedBy);
      const whole = report.unchecked.length === 0 || report.problems.length === 0;
      if (config.inForce === judgedBy && whole && this.open.length === 0) return report;
      // Held and failed programs can only go on in another run of cargo.
      this.enter('answering');
      if (!this.checkRequested)
        await this.until(signal, () => this.checkRequested || this.open.length === 0);
    }
  }

  /** Undefined when the check has to begin anew. */
  private async check(
    live: WatchedConfig,
    tree: Tree | undefined,
    signal: AbortSignal,
  ): Promise<FinishedCheck | undefined> {
    const restart = new AbortController();
    this.building = { config: live.current, restart };
    this.enter('building');
    const both = AbortSignal.any([signal, restart.signal]);
    const observer: CheckObserver = {
      ...this.observer,
      found: (problems) => {
        this.findings.add(problems, live.current);
        this.paths.add(problems);
        this.observer.changed();
      },
    };
    const asking: LiveConfig = {
      get current() {
        return live.current;
      },
      resolve: live.resolve,
      accept: (problems, judgedBy) => this.answered(problems, judgedBy, live, both),
    };
    try {
      const { options, counts } = this;
      return await checkTree({ options, observer, signal: both, counts, tree, live: asking });
    } catch (error) {
      if (signal.aborted || !restart.signal.aborted) throw error;
      this.observer.log?.('info', 'cackle.toml changed what is built: the check begins anew');
      return undefined;
    } finally {
      this.building = undefined;
    }
  }

  /** Waits, after the build, until the open problems are settled. True when outputs have to be judged again without a build. */
  private async answered(
    problems: readonly Problem[],
    judgedBy: Config,
    live: WatchedConfig,
    signal: AbortSignal,
  ): Promise<boolean> {
    this.findings.replace(problems, judgedBy);
    if (this.open.length > 0) {
      this.enter('answering');
      await this.until(signal, () => this.checkRequested || this.open.length === 0);
      if (this.checkRequested) return false;
    }
    if (live.current === judgedBy) return false;
    this.enter('building');
    return true;
  }

  /** Returns the paths by which a usage is reached, in its output and in others, each once. */
  backtraces(usage: Usage): readonly (readonly BacktraceFrame[])[] {
    return this.paths.to(usage);
  }

  /** Returns the fixes of an open problem, best first. */
  fixes(id: string): readonly ProblemFix[] {
    const found = this.open.find((o) => o.id === id);
    return found === undefined ? [] : this.fixesOf(found.problem);
  }

  /** Returns the fixes of a problem under the configuration in force, best first. */
  fixesOf(problem: Problem): readonly ProblemFix[] {
    return fixesFor(problem, this.config?.inForce, this.known);
  }

  /** Returns the text of cackle.toml after an edit, without writing it. Throws EditError. */
  textWith(edit: Edit): string {
    return applyEdits(this.configText, [edit]);
  }

  /** Applies fixes, each with the problem that it is for, in one edit. Throws {@link EditRefused}. */
  async apply(
    chosen: readonly {
      readonly id: string;
      readonly fix: ProblemFix;
      readonly comment?: string | undefined;
    }[],
  ): Promise<void> {
    const config = this.opened();
    const refused = chosen.find(({ fix }) => fix.refused !== undefined);
    if (refused !== undefined) throw new EditRefused(refused.fix.refused ?? '');
    const edits = chosen
      .filter(({ fix }) => fix.edit.steps.length > 0)
      .map(({ fix, comment }): Edit => ({ ...fix.edit, comment: comment || undefined }));
    const ignored = chosen.filter(({ fix }) => fix.edit.steps.length === 0);
    const questions = chosen.flatMap(({ fix }) => fix.asksNext ?? []);
    this.findings.ask(questions);
    const titles = chosen
      .filter(({ fix }) => fix.edit.steps.length > 0)
      .map(({ fix }) => fix.title);
    // Passed over before the edit is written: writing wakes the check, which looks at the open problems.
    for (const { id } of ignored) this.findings.passOver(id);
    let edit: WrittenEdit | undefined;
    try {
      if (edits.length > 0) edit = await config.edit(edits);
    } catch (error) {
      for (const { id } of ignored) this.findings.reopen(id);
      this.findings.withdraw(questions);
      throw error;
    }
    if (edit !== undefined) this.written.push(...titles);
    if (edit === undefined && ignored.length === 0) return;
    this.undoSteps.push({
      titles: edit === undefined ? [] : titles,
      edit,
      passedOver: ignored.map(({ id }) => id),
      questions,
    });
    this.wake();
  }

  /** Undoes the last edit. Throws {@link EditRefused}. */
  undo(): Promise<void> {
    // One after the other: each takes back what the one before it left.
    const done = this.undoing.then(() => this.undoLast());
    this.undoing = done.catch(() => undefined);
    return done;
  }

  private async undoLast(): Promise<void> {
    const config = this.opened();
    const last = this.undoSteps.at(-1);
    if (last === undefined) throw new EditRefused('there is nothing to undo');
    if (last.edit !== undefined) await config.undo(last.edit);
    this.undoSteps.pop();
    for (const id of last.passedOver) this.findings.reopen(id);
    this.findings.withdraw(last.questions);
    if (last.titles.length > 0) this.written.splice(-last.titles.length);
    this.wake();
  }

  /** Checks again although problems are open: the sources may have changed. */
  checkAgain(): void {
    if (this.phase !== 'answering') return;
    this.checkRequested = true;
    this.wake();
  }

  private opened(): WatchedConfig {
    if (this.config === undefined) throw new EditRefused('the workspace is still being read');
    return this.config;
  }

  private configChanged(change: ConfigChange): void {
    const { building, config } = this;
    const now = config?.inForce;
    if (change === 'waiting' && now !== undefined)
      for (const { problems } of config?.waiting ?? []) this.findings.addUnknown(problems, now);
    if (building !== undefined && change !== 'waiting' && change !== 'fault') {
      if (now === undefined || buildSettings(now) !== buildSettings(building.config))
        building.restart.abort();
    }
    this.wake();
  }

  private enter(phase: CheckPhase): void {
    this.phase = phase;
    this.observer.changed();
  }

  private wake(): void {
    this.observer.changed();
    this.wakeUp?.();
  }

  /** Resolves when `ready` returns true; it is called whenever something changes. */
  private async until(signal: AbortSignal, ready: () => boolean): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (ready()) return;
      await new Promise<void>((done) => {
        this.wakeUp = done;
      });
      this.wakeUp = undefined;
    }
  }
}

/** The settings that a running build cannot change, as a text to compare. */
function buildSettings(config: Config): string {
  const { features, targets, builds, buildFlags, profile, rustcSandbox, tables } = config;
  const top = JSON.stringify(config.sandbox({ package: '', suffix: '' }));
  // A package whose table only grants permissions has the common sandbox.
  const own = tables
    .map(({ scope }) => ({ scope, sandbox: config.sandbox(scope) }))
    .filter(({ sandbox }) => JSON.stringify(sandbox) !== top);
  const rustc = [rustcSandbox, ...config.macroSandboxes];
  return JSON.stringify([features, targets, builds, buildFlags, profile, rustc, top, own]);
}
