import { stripVTControlCharacters } from 'node:util';
import { diffLines } from 'diff';
import { EditRefused, Interactive } from '../../engine/editing/interactive.ts';
import { CargoFailedError } from '../../engine/errors.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { errorText } from '../output/error-text.ts';
import { type Log, openLog } from '../output/log-file.ts';
import { asciiOnly, printable } from '../output/printable.ts';
import { summaryText } from '../output/report.ts';
import type {
  DiffLine,
  Excerpt,
  FixChoice,
  FixName,
  FrameRow,
  Item,
  PackageInfo,
  Session,
  SessionEnding,
  SessionEvent,
  SessionOptions,
  ShownPlace,
  UsageRow,
} from './api.ts';
import { inverseTree } from './inverse-tree.ts';
import { itemOf, shownPlaceOf, usageRows } from './items.ts';
import { Offers } from './offers.ts';
import { Sources } from './source.ts';

/** Shortest interval between updates of the UI; it is longer when computing an update takes long. */
const UPDATE_MS = 40;
/** Largest share of the time that computing updates may take. */
const UPDATE_SHARE = 0.2;
const KEPT_OUTPUT = 500;
const DIFF_CONTEXT = 3;

/** The check of a terminal UI, in a thread of its own: drawing never waits for it. */
export class InteractiveSession implements Session {
  private check: Interactive | undefined;
  private options: SessionOptions | undefined;
  private onEvent: (event: SessionEvent) => void = () => undefined;
  private readonly abort = new AbortController();
  private sent = new Map<string, { readonly problem: Problem; readonly item: Item }>();
  private output: string[] = [];
  private updateTimer: NodeJS.Timeout | undefined;
  /** Milliseconds that the last update took. */
  private updateTime = 0;
  private configRevision = 0;
  private configText = '';
  private readonly offers = new Offers();
  private readonly sources = new Sources(
    () => this.check?.workspace?.sysroot,
    (text) => this.safe(text),
  );

  async run(
    options: SessionOptions,
    onEvent: (event: SessionEvent) => void,
  ): Promise<SessionEnding> {
    this.options = options;
    this.onEvent = onEvent;
    const recentOutput: string[] = [];
    let log: Log | undefined;
    try {
      log = openLog(options.logFile, options.logLevel);
      const check = new Interactive(options.check, {
        progress: (progress) =>
          this.onEvent({
            kind: 'progress',
            progress: { ...progress, building: this.safe(progress.building) },
          }),
        cargoOutput: (text) => {
          const lines = stripVTControlCharacters(text).split('\n').map(printable);
          recentOutput.push(...lines);
          recentOutput.splice(0, recentOutput.length - KEPT_OUTPUT);
          this.output.push(...lines.map((line) => this.safe(line)));
          this.soon();
        },
        log: (level, text) => log?.write(level, text),
        changed: () => this.soon(),
      });
      this.check = check;
      const report = await check.run(this.abort.signal);
      return { status: 0, text: summaryText(report), timing: report.timing };
    } catch (error) {
      if (this.abort.signal.aborted) return { status: undefined, text: '', timing: {} };
      const text = errorText(error, options.debug);
      log?.write('error', text);
      const why = error instanceof CargoFailedError ? `${recentOutput.join('\n')}\n` : '';
      return { status: 2, text: `${why}${text}`, timing: {} };
    } finally {
      clearTimeout(this.updateTimer);
      log?.close();
    }
  }

  async stop(): Promise<void> {
    this.abort.abort();
  }

  async written(): Promise<readonly string[]> {
    return (this.check?.written ?? []).map((title) => this.safe(title));
  }

  async checkAgain(): Promise<void> {
    this.check?.checkAgain();
  }

  async fixes(id: string): Promise<readonly FixChoice[]> {
    const { check } = this;
    if (check === undefined) return [];
    const fixes = check.fixes(id);
    const revision = this.offers.put(id, fixes, check.configText);
    return fixes.map((fix, index): FixChoice => {
      const common = {
        name: { revision, index },
        title: this.safe(fix.title),
        explanation: this.safe(fix.explanation),
        takesComment: fix.edit.steps.some(({ kind }) => kind !== 'remove' && kind !== 'drop'),
      };
      const refused = fix.refused === undefined ? undefined : this.safe(fix.refused);
      try {
        const diff = this.diff(check.configText, check.textWith(fix.edit));
        return { ...common, refused, diff };
      } catch (error) {
        return { ...common, refused: refused ?? this.safe((error as Error).message), diff: [] };
      }
    });
  }

  async apply(id: string, name: FixName, comment: string): Promise<string | undefined> {
    const { check } = this;
    return this.refusable(async () => {
      const isOpen = check?.open.some((open) => open.id === id) ?? false;
      const fix = isOpen ? this.offers.get(id, name, check?.configText ?? '') : undefined;
      if (fix === undefined) throw new EditRefused('that fix is not on offer any more');
      await check?.apply([{ id, fix, comment }]);
    });
  }

  async applyPlain(ids: readonly string[]): Promise<string | undefined> {
    const { check } = this;
    const chosen = ids.flatMap((id) => {
      const [fix, ...others] = check?.fixes(id) ?? [];
      return fix === undefined || others.length > 0 || fix.refused !== undefined
        ? []
        : [{ id, fix }];
    });
    return this.refusable(async () => this.check?.apply(chosen));
  }

  async undo(): Promise<string | undefined> {
    return this.refusable(async () => this.check?.undo());
  }

  private async refusable(work: () => Promise<void>): Promise<string | undefined> {
    let refused: string | undefined;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof EditRefused)) throw error;
      refused = this.safe(error.message);
    }
    this.send();
    this.onEvent({ kind: 'edited', error: refused });
    return refused;
  }

  async usages(id: string): Promise<readonly UsageRow[]> {
    const problem = this.problem(id);
    if (problem === undefined) return [];
    return usageRows(problem, this.root, (text) => this.safe(text));
  }

  async backtraces(id: string, index: number): Promise<readonly (readonly FrameRow[])[]> {
    const problem = this.problem(id);
    const usage = problem !== undefined && 'usages' in problem ? problem.usages[index] : undefined;
    if (usage === undefined) return [];
    return (this.check?.backtraces(usage) ?? []).map((frames) =>
      frames.map(({ name, place, inlined }, i) => {
        // The last frame is the referring function: its place is that of the usage.
        const at = i === frames.length - 1 ? usage.place : place;
        return {
          name: this.safe(name),
          inlined,
          place: at && shownPlaceOf(at, 'bytes', this.root, (text) => this.safe(text)),
        };
      }),
    );
  }

  source(place: ShownPlace): Promise<Excerpt | string> {
    return this.sources.around(place);
  }

  async pathOf(file: string): Promise<string> {
    return this.sources.pathOf(file);
  }

  async packageInfo(label: string): Promise<PackageInfo | undefined> {
    const found = this.check?.workspace?.packages.find(
      (p) => this.safe(p.label) === label || this.safe(p.name) === label,
    );
    if (found === undefined) return undefined;
    const safe = (text: string | undefined): string | undefined => text && this.safe(text);
    return {
      name: this.safe(found.name),
      version: this.safe(found.version),
      license: safe(found.license),
      description: safe(found.description),
      documentation: safe(found.documentation),
      directory: this.safe(found.directory),
      isMember: found.isWorkspaceMember,
    };
  }

  async tree(label: string): Promise<readonly string[]> {
    const workspace = this.check?.workspace;
    if (workspace === undefined) return [];
    const found = workspace.packages.find((p) => this.safe(p.label) === label);
    return inverseTree(workspace, found?.label ?? label, this.options?.ascii === true).map((line) =>
      printable(line),
    );
  }

  private problem(id: string): Problem | undefined {
    return this.sent.get(id)?.problem;
  }

  private get root(): string {
    return this.check?.workspace?.root ?? '';
  }

  private safe(text: string): string {
    const shown = printable(text);
    return this.options?.ascii === true ? asciiOnly(shown) : shown;
  }

  private soon(): void {
    this.updateTimer ??= setTimeout(
      () => this.send(),
      Math.max(UPDATE_MS, this.updateTime / UPDATE_SHARE),
    );
  }

  /** Sends the UI what changed since the last update. */
  private send(): void {
    clearTimeout(this.updateTimer);
    this.updateTimer = undefined;
    const { check } = this;
    if (check === undefined) return;
    const started = performance.now();
    if (this.output.length > 0) {
      this.onEvent({ kind: 'output', lines: this.output.slice(-KEPT_OUTPUT) });
      this.output = [];
    }
    const otherConfig = check.configText !== this.configText;
    if (otherConfig) {
      this.configText = check.configText;
      this.configRevision++;
    }
    const now: typeof this.sent = new Map();
    const put: Item[] = [];
    for (const { id, problem } of check.open) {
      const before = this.sent.get(id);
      if (before?.problem === problem && !otherConfig) {
        now.set(id, before);
        continue;
      }
      const item = itemOf({ id, problem }, check.fixesOf(problem), (text) => this.safe(text));
      const same = before !== undefined && JSON.stringify(before.item) === JSON.stringify(item);
      now.set(id, { problem, item: same ? before.item : item });
      if (!same) put.push(item);
    }
    const gone = [...this.sent.keys()].filter((id) => !now.has(id));
    this.sent = now;
    if (put.length > 0 || gone.length > 0) this.onEvent({ kind: 'items', put, gone });
    this.onEvent({
      kind: 'state',
      phase: check.phase,
      waiting: check.waiting.map(({ packageLabel, what, problems }) => ({
        label: this.safe(packageLabel),
        what,
        problems,
      })),
      fault: check.fault
        ?.split('\n')
        .map((line) => this.safe(line))
        .join('\n'),
      undoable: check.undoable,
      written: check.written.length,
      configRevision: this.configRevision,
    });
    this.updateTime = performance.now() - started;
  }

  private diff(before: string, after: string): DiffLine[] {
    const lines: DiffLine[] = diffLines(before, after).flatMap(({ added, removed, value }) => {
      const sign = added ? '+' : removed ? '-' : ' ';
      return value
        .replace(/\n$/, '')
        .split('\n')
        .map((text): DiffLine => ({ sign, text: this.safe(text.replaceAll('\t', '    ')) }));
    });
    const changed = lines.flatMap(({ sign }, i) => (sign === ' ' ? [] : [i]));
    const near = lines.map((_, i) => changed.some((c) => Math.abs(c - i) <= DIFF_CONTEXT));
    return lines.flatMap((line, i): DiffLine[] => {
      if (near[i]) return [line];
      // One mark for each omitted range.
      return i > 0 && near[i - 1] && near.includes(true, i) ? [{ sign: '@', text: '' }] : [];
    });
  }
}
