import type { Exports } from '../config/exports.ts';
import type { RecordStore, StoreLocation } from '../facts/store.ts';
import type { CheckTrace } from '../observed/check-trace.ts';
import { Pools } from '../pool/pools.ts';
import { Sandboxes } from '../sandbox/sandboxes.ts';
import { seconds } from '../trace/seconds.ts';
import { clock } from '../trace/spans.ts';
import { Unchanged } from '../units/unchanged.ts';
import { forgetChanged } from '../units/verify.ts';
import type { LiveConfig } from '../verdicts/live-config.ts';
import type { WorkspaceQuestions } from '../workspace/early-questions.ts';
import type { Workspace } from '../workspace/types.ts';
import { BuildCounts } from './counts.ts';
import { refuseUnjudged } from './gates-only.ts';
import type { CheckObserver, CheckOptions } from './options.ts';
import { keepSchema } from './schema-file.ts';
import { cannotKeep, openLocation, openStore } from './store.ts';
import type { Tree } from './tree.ts';

/** When a check began, by the wall and by the processor. */
export interface StartClock {
  readonly time: number;
  readonly processor: NodeJS.CpuUsage;
}

/** Starts the clocks of a check. */
export function startClock(): StartClock {
  return { time: performance.now(), processor: process.cpuUsage() };
}

/** What all parts of a check share, from the tree to the report. */
export interface CheckContext {
  readonly options: CheckOptions;
  readonly observer: CheckObserver;
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly configFile: string;
  readonly exports: Exports;
  readonly live: LiveConfig;
  readonly sandboxes: Sandboxes | undefined;
  readonly pools: Pools;
  readonly store: RecordStore;
  /** Where cackle.toml wants what runs to be traced. */
  readonly trace: CheckTrace | undefined;
  readonly location: StoreLocation;
  readonly unchanged: Unchanged;
  readonly questions: WorkspaceQuestions;
  readonly counts: BuildCounts;
  readonly start: StartClock;
  /** Seconds, by phase. */
  readonly timing: Record<string, number>;
}

/** Most checks trace nothing, and load nothing of it. */
async function openTrace(store: RecordStore, workspace: Workspace): Promise<CheckTrace> {
  const { CheckTrace } = await import('../observed/check-trace.ts');
  return CheckTrace.open(store, workspace);
}

/** Who asks for a check, and what for. */
interface Request {
  readonly options: CheckOptions;
  readonly observer: CheckObserver;
  readonly signal: AbortSignal;
  readonly counts?: BuildCounts | undefined;
  /** Given where the configuration may change while the check goes on. */
  readonly live?: LiveConfig | undefined;
}

/**
 * Opens the store, sandboxes and worker pools for a tree and its configuration; with `--verify`, looks at what is stored.
 * Whoever opens it closes the pools and the trace. Throws CheckError.
 */
export async function openContext(
  { options, observer, signal, counts, live: given }: Request,
  tree: Tree,
  live: LiveConfig,
  questions: WorkspaceQuestions,
  start: StartClock,
): Promise<CheckContext> {
  const { workspace, configFile, exports } = tree;
  refuseUnjudged(options, live.current);
  const timing = { metadata: seconds(start.time) };
  observer.trace?.add('metadata', 'cargo metadata', clock() - timing.metadata * 1000);
  const asksNobody = given === undefined || given.answersAtOnce === true;
  if (asksNobody && live.current.apis.size === 0)
    observer.cargoOutput(
      'note: cackle.toml watches no API, so it finds none: common.import_std = ["fs", "net", "process"] watches these',
    );
  const runsTests = options.command?.subcommand === 'test';
  const sandboxes = await Sandboxes.open(live.current, workspace, {
    tests: runsTests,
    standIns: options.standIns,
  });
  const location = await openLocation(workspace.targetDirectory);
  const store = await openStore(location.root);
  await keepSchema(location.root).catch((error: Error) => {
    throw cannotKeep(location.root, error);
  });
  // Where somebody is asked, cackle.toml is edited meanwhile, by hand too.
  const files = given === undefined ? [configFile] : [];
  const unchanged = await Unchanged.begin(workspace, store, files).catch((error: Error) => {
    throw cannotKeep(location.root, error);
  });
  const isTraced = live.current.trace && options.tracer === undefined && options.traces !== false;
  let trace: CheckTrace | undefined;
  const pools = new Pools(observer.trace);
  try {
    const changed = options.verify ? await forgetChanged(store, pools, workspace) : [];
    if (changed.length > 0)
      observer.log?.('warn', `not as they were recorded: ${changed.join(', ')}`);
    trace = isTraced ? await openTrace(store, workspace) : undefined;
  } catch (error) {
    await pools.close();
    throw error;
  }
  return {
    ...{ options, observer, signal, workspace, configFile, exports, live },
    ...{ sandboxes, pools, store, trace, location, unchanged, questions, start, timing },
    counts: counts ?? new BuildCounts(),
  };
}
