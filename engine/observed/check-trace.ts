import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { fileKey, type RecordStore } from '../facts/store.ts';
import type { BuildScriptRecord, UnitRecord } from '../facts/unit-record.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { Workspace } from '../workspace/types.ts';
import { type Compared, compare, type Observable } from './compare.ts';
import { keyOf, Recorder } from './recorder.ts';
import { type SeenProgram, seenOf } from './seen.ts';
import { requireStrace } from './strace.ts';

/** Raise it when the same run would show something else. */
const TRACE_VERSION = 1;

/** A run that is part of a check: a build script's, or rustc's with proc macros. */
interface Run {
  readonly key: string;
  /** Changes whenever it runs again, traced or not; undefined when nothing is recorded of it. */
  readonly identity: string | undefined;
}

/**
 * Traces what a check runs, and keeps what was seen with each run (rule 14.8): what cargo does not run again did what it did then. Whoever
 * opens it closes it.
 */
export class CheckTrace {
  readonly tracer: Recorder;
  private readonly directory: string;
  private readonly store: RecordStore;
  private readonly workspace: Workspace;
  /** By key, of this check and earlier ones. */
  private readonly kept: Map<string, { readonly identity: string; readonly seen: string }>;

  private constructor(
    store: RecordStore,
    workspace: Workspace,
    {
      tracer,
      directory,
      kept,
    }: Pick<CheckTrace, 'tracer'> & { directory: string; kept: CheckTrace['kept'] },
  ) {
    this.store = store;
    this.workspace = workspace;
    this.tracer = tracer;
    this.directory = directory;
    this.kept = kept;
  }

  /** Throws CheckError where strace is missing or cannot trace. */
  static async open(store: RecordStore, workspace: Workspace): Promise<CheckTrace> {
    const strace = await requireStrace();
    const directory = await mkdtemp(join(tmpdir(), 'cackle-strace-'));
    const kept = new Map(
      (await store.traces())
        .filter(({ traceVersion }) => traceVersion === TRACE_VERSION)
        .map((record) => [record.name, record]),
    );
    return new CheckTrace(store, workspace, {
      tracer: new Recorder(strace, directory, buildDirectories(workspace)),
      ...{ directory, kept },
    });
  }

  /** Is it known what a build script did in its last run? True for one that never ran. */
  async hasSeenScript(script: BuildScriptRecord): Promise<boolean> {
    return script.held === 'run' || this.isKnown(await this.runOf(script));
  }

  /** Is it known what rustc and its proc macros did when they compiled a unit? True where there are none. */
  hasSeenUnit(unit: UnitRecord): boolean {
    return unit.loaded.macros.length === 0 || this.isKnown(compilationOf(unit));
  }

  /**
   * Sets what the programs of a check did, in it or earlier, beside what their code names; keeps what was seen in it. Throws CheckError
   * for a trace that cannot be used.
   */
  async compare(checked: Observable, scripts: readonly BuildScriptRecord[]): Promise<Compared> {
    const runs: Run[] = [];
    for (const script of scripts) if (script.held !== 'run') runs.push(await this.runOf(script));
    for (const unit of checked.units)
      if (unit.loaded.macros.length > 0) runs.push(compilationOf(unit));
    await this.keepNew(runs);
    return compare(
      checked,
      runs.map((run) => this.seenIn(run)),
    );
  }

  /** Removes the files of the traces. */
  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private isKnown({ key, identity }: Run): boolean {
    if (this.tracer.hasStarted(key)) return true;
    return identity !== undefined && this.kept.get(key)?.identity === identity;
  }

  /** Reads the traces of what ran since the last time, and keeps what they show. */
  private async keepNew(runs: readonly Run[]): Promise<void> {
    const found = runs.flatMap((run) => {
      const recorded = this.tracer.take(run.key);
      return recorded === undefined ? [] : [{ run, recorded }];
    });
    const all = seenOf(
      found.map(({ recorded }) => recorded),
      this.tracer,
      this.workspace,
    );
    for (const [index, { run }] of found.entries()) {
      const { key: name, identity = '' } = run;
      const record = { identity, seen: JSON.stringify(all[index]) };
      this.kept.set(name, record);
      await this.store.putTrace({ name, traceVersion: TRACE_VERSION, ...record });
    }
  }

  private seenIn({ key, identity = '' }: Run): SeenProgram {
    const known = this.kept.get(key);
    if (known?.identity === identity) return JSON.parse(known.seen) as SeenProgram;
    throw new CheckError(
      `nobody saw what ${key.split('\0').slice(0, 2).join(' ')} did`,
      'something else built meanwhile: check again',
    );
  }

  private async runOf({ linkedOutput, outDir }: BuildScriptRecord): Promise<Run> {
    const key = keyOf({ kind: 'build script', unit: linkedOutput, outDir });
    return { key, identity: await this.store.identityOfRun(outDir) };
  }
}

function compilationOf({ outDir, crateName, extraFilename, outputs }: UnitRecord): Run {
  const unit = join(outDir, `${crateName}${extraFilename}`);
  return {
    key: keyOf({ kind: 'rustc', unit, outDir: undefined }),
    identity: outputs.map(fileKey).sort().join('; '),
  };
}
