import { checkTree } from '../check/check.ts';
import { BuildCounts } from '../check/counts.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import type { FinishedCheck } from '../check/report.ts';
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
import { bubblewrapFault } from '../sandbox/probe.ts';
import type { LiveConfig, Waiting } from '../verdicts/live-config.ts';
import type { Workspace } from '../workspace/types.ts';
import { Findings, type OpenProblem } from './findings.ts';
import { Paths } from './paths-to-usages.ts';
import {
  type ConfigChange,
  EditRefused,
  WatchedConfig,
  type WrittenEdit,
} from './watched-config.ts';

export type { OpenProblem } from './findings.ts';
export { EditRefused } from './watched-config.ts';

/** What an interactive check is doing. */
export type CheckPhase =
  /** Reading the workspace. */
  | 'reading'
  /** The build starts when what is open is answered. */
  | 'asking'
  | 'building'
  /** Built and judged; the rest is up to the user. */
  | 'answering';

/** Who listens to an interactive check. */
export interface InteractiveObserver extends CheckObserver {
  /** What is open, waits, or is in force may be different now. */
  changed(): void;
}

/** A gate that waits, and for which problems. */
export interface HeldGate extends Waiting {
  readonly problems: readonly string[];
}

/** One step that can be taken back. */
interface UndoStep {
  /** Titles of the fixes that were written. */
  readonly titles: readonly string[];
  /** Undefined where problems were only passed over, which writes nothing. */
  readonly edit: WrittenEdit | undefined;
  readonly passedOver: readonly string[];
  readonly asked: readonly Problem[];
}

/**
 * A check that asks: problems arrive while the build goes on, fixes are applied to cackle.toml, and what was held up goes
 * on. It is over when a whole check by the configuration in force has found nothing.
 */
export class Interactive {
  phase: CheckPhase = 'reading';
  /** The fixes that were written, by title, without those taken back. */
  readonly written: string[] = [];
  private readonly options: CheckOptions;
  private readonly observer: InteractiveObserver;
  private readonly findings = new Findings();
  private readonly paths = new Paths();
  private readonly counts = new BuildCounts();
  private readonly undoSteps: UndoStep[] = [];
  private undoing: Promise<void> = Promise.resolve();
  private known: FixKnowledge = {};
  private tree: Workspace | undefined;
  private config: WatchedConfig | undefined;
  private awake: (() => void) | undefined;
  private again = false;
  private building: { readonly config: Config; readonly restart: AbortController } | undefined;

  constructor(options: CheckOptions, observer: InteractiveObserver) {
    this.options = options;
    this.observer = observer;
  }

  /** Undefined until the workspace was read. */
  get workspace(): Workspace | undefined {
    return this.tree;
  }

  /** What is open, in the order in which it came. */
  get open(): readonly OpenProblem[] {
    return this.config === undefined ? [] : this.findings.open(this.config.ifAny);
  }

  /** Is a question of a first run not answered yet? */
  private get asksStill(): boolean {
    return this.config !== undefined && this.findings.asksStill(this.config.ifAny);
  }

  /** Why cackle.toml as it is on disk is not in force. */
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
  get held(): HeldGate[] {
    return (this.config?.waiting ?? []).map(({ problems, waiting }) => ({
      ...waiting,
      problems: problems.map(mergeKey),
    }));
  }

  /** Checks until nothing is wrong. Throws as `check` does, and what `signal` was aborted with. */
  async run(signal: AbortSignal): Promise<CheckReport> {
    const { command } = this.options;
    const tree = await readTree(this.options, { command });
    const { workspace, configFile, exports } = tree;
    this.tree = workspace;
    const fault = await bubblewrapFault();
    signal.throwIfAborted();
    this.known = { bubblewrapFault: fault, exports };
    const config = await this.openConfig(configFile, exports);
    const release = (): void => {
      config.release();
      this.awake?.();
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
    if (config.ifAny === undefined) this.findings.ask([{ kind: 'configuration-missing' }]);
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
      const answered = (): boolean => config.ifAny !== undefined && !this.asksStill;
      if (!answered()) {
        this.enter('asking');
        // Whoever is asked may take long, and change the sources meanwhile.
        tree = undefined;
      }
      await this.until(signal, answered);
      this.again = false;
      const checked = await this.check(config, tree, signal);
      tree = undefined;
      if (checked === undefined) continue;
      const { report, config: judgedBy } = checked;
      this.findings.replace(report.problems, judgedBy);
      const whole = report.unchecked.length === 0 || report.problems.length === 0;
      if (config.ifAny === judgedBy && whole && this.open.length === 0) return report;
      // What was held or failed can only go on in another run of cargo.
      this.enter('answering');
      if (!this.again) await this.until(signal, () => this.again || this.open.length === 0);
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

  /** All is built: waits until what is left is settled. True when it has to be judged again, without another build. */
  private async answered(
    problems: readonly Problem[],
    judgedBy: Config,
    live: WatchedConfig,
    signal: AbortSignal,
  ): Promise<boolean> {
    this.findings.replace(problems, judgedBy);
    if (this.open.length > 0) {
      this.enter('answering');
      await this.until(signal, () => this.again || this.open.length === 0);
      if (this.again) return false;
    }
    if (live.current === judgedBy) return false;
    this.enter('building');
    return true;
  }

  /** How a usage is reached, in its output and in others, each way once. */
  backtraces(usage: Usage): readonly (readonly BacktraceFrame[])[] {
    return this.paths.to(usage);
  }

  /** The fixes of an open problem, best first. */
  fixes(id: string): readonly ProblemFix[] {
    const found = this.open.find((o) => o.id === id);
    return found === undefined ? [] : this.fixesOf(found.problem);
  }

  /** The fixes of a problem by the configuration in force. */
  fixesOf(problem: Problem): readonly ProblemFix[] {
    return fixesFor(problem, this.config?.ifAny, this.known);
  }

  /** What cackle.toml would be with an edit. Throws EditError. */
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
    const asked = chosen.flatMap(({ fix }) => fix.asksNext ?? []);
    this.findings.ask(asked);
    const titles = chosen
      .filter(({ fix }) => fix.edit.steps.length > 0)
      .map(({ fix }) => fix.title);
    // In the list before it is written: waking up looks at it.
    for (const { id } of ignored) this.findings.passOver(id);
    let edit: WrittenEdit | undefined;
    try {
      if (edits.length > 0) edit = await config.edit(edits);
    } catch (error) {
      for (const { id } of ignored) this.findings.takeBack(id);
      this.findings.withdraw(asked);
      throw error;
    }
    if (edit !== undefined) this.written.push(...titles);
    if (edit === undefined && ignored.length === 0) return;
    this.undoSteps.push({
      titles: edit === undefined ? [] : titles,
      edit,
      passedOver: ignored.map(({ id }) => id),
      asked,
    });
    this.wake();
  }

  /** Takes the last edit back. Throws {@link EditRefused}. */
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
    for (const id of last.passedOver) this.findings.takeBack(id);
    this.findings.withdraw(last.asked);
    if (last.titles.length > 0) this.written.splice(-last.titles.length);
    this.wake();
  }

  /** Checks again with what is open still open: the sources may be others now. */
  checkAgain(): void {
    if (this.phase !== 'answering') return;
    this.again = true;
    this.wake();
  }

  private opened(): WatchedConfig {
    if (this.config === undefined) throw new EditRefused('the workspace is still being read');
    return this.config;
  }

  private configChanged(change: ConfigChange): void {
    const { building, config } = this;
    const now = config?.ifAny;
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
    this.awake?.();
  }

  /** Resolves when `ready` says so; asked whenever something changes. */
  private async until(signal: AbortSignal, ready: () => boolean): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (ready()) return;
      await new Promise<void>((done) => {
        this.awake = done;
      });
      this.awake = undefined;
    }
  }
}

/** What a running build was started with and cannot take up while it runs. */
function buildSettings(config: Config): string {
  const { features, buildFlags, profile, rustcSandbox, tables } = config;
  const top = JSON.stringify(config.sandbox({ package: '', suffix: '' }));
  // A package that is only allowed something has the sandbox of all.
  const own = tables
    .map(({ scope }) => ({ scope, sandbox: config.sandbox(scope) }))
    .filter(({ sandbox }) => JSON.stringify(sandbox) !== top);
  return JSON.stringify([features, buildFlags, profile, rustcSandbox, top, own]);
}
