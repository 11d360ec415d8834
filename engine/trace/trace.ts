import { clock, type TimeSpan } from './spans.ts';

/** The phases of a check. `cargo`: rustc runs; `wait`: cargo waits for an answer of the engine. */
export type TracePhase =
  | TimeSpan['phase']
  | 'metadata'
  | 'build'
  | 'cargo'
  | 'wait'
  | 'queue'
  | 'report';

/** One piece of work of a check; times are in milliseconds since the epoch. */
export interface TraceEvent {
  readonly phase: TracePhase;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Number of the thread, 0 for the engine's; undefined for work outside the engine's threads. */
  readonly thread: number | undefined;
}

/** A unit that was built, or a build script that ran: its outputs, and the outputs of others that it needed. */
export interface TracedUnit {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly outputs: readonly string[];
  readonly needs: readonly string[];
}

/** Records the work of a check. It exists only when the user wants timings. */
export class Trace {
  readonly started = clock();
  readonly events: TraceEvent[] = [];
  readonly units: TracedUnit[] = [];

  /** Records work of the engine's own thread that ends now. */
  add(phase: TracePhase, name: string, start: number): void {
    this.events.push({ phase, name, start, end: clock(), thread: 0 });
  }

  /** Records work outside the engine's threads that ends now. */
  beside(phase: TracePhase, name: string, start: number): void {
    this.events.push({ phase, name, start, end: clock(), thread: undefined });
  }

  /** Records a job of a worker, with its time in the queue. */
  job(name: string, submitted: number, spans: readonly TimeSpan[]): void {
    const begun = spans[0]?.start ?? submitted;
    this.events.push({ phase: 'queue', name, start: submitted, end: begun, thread: undefined });
    for (const span of spans) this.events.push({ name, ...span });
  }

  unit(unit: TracedUnit): void {
    this.units.push(unit);
  }
}

/** Returns the seconds of each phase, summed over the threads. */
export function phaseSeconds(trace: Trace): Map<TracePhase, number> {
  const sums = new Map<TracePhase, number>();
  for (const { phase, start, end } of trace.events)
    sums.set(phase, (sums.get(phase) ?? 0) + (end - start) / 1000);
  return sums;
}

/** Returns the chain of units that bounds the time of the build: from the last to end, back by what each waited for. */
export function criticalPath(trace: Trace): TracedUnit[] {
  const made = new Map<string, TracedUnit>();
  for (const unit of trace.units) for (const path of unit.outputs) made.set(path, unit);
  const path: TracedUnit[] = [];
  let unit = trace.units.reduce<TracedUnit | undefined>(
    (last, other) => (last === undefined || other.end > last.end ? other : last),
    undefined,
  );
  while (unit !== undefined && !path.includes(unit)) {
    path.unshift(unit);
    const needed = unit.needs
      .map((file) => made.get(file) ?? made.get(file.replace(/\.rmeta$/, '.rlib')))
      .filter((other) => other !== undefined);
    unit = needed.reduce<TracedUnit | undefined>(
      (last, other) => (last === undefined || other.end > last.end ? other : last),
      undefined,
    );
  }
  return path;
}

/** First lane of work outside the engine's threads. */
const FIRST_LANE = 1000;

/** Returns the trace in Chrome's format ("Trace Event Format", complete events), for a trace viewer. */
export function chromeTrace(trace: Trace): object {
  const events: object[] = [];
  const names = new Map<number, string>();
  // Overlapping work goes on lanes of its own: runs of rustc, and jobs in the queue.
  const lanes = new Map<string, number[]>();
  const laneOf = (kind: string, start: number, end: number): number => {
    const ends = lanes.get(kind) ?? [];
    lanes.set(kind, ends);
    let lane = ends.findIndex((busy) => busy <= start);
    if (lane < 0) lane = ends.length;
    ends[lane] = end;
    return lane;
  };
  const first = { cargo: FIRST_LANE, wait: 2 * FIRST_LANE, queue: 3 * FIRST_LANE };
  for (const event of [...trace.events].sort((a, b) => a.start - b.start)) {
    const { phase, name, start, end } = event;
    let tid = event.thread;
    if (tid === undefined) {
      const kind = phase === 'cargo' || phase === 'wait' ? phase : 'queue';
      const lane = laneOf(kind, start, end);
      tid = first[kind] + lane;
      names.set(tid, `${kind} ${lane + 1}`);
    } else if (tid === 0) names.set(tid, 'engine');
    else if (phase === 'extract' || phase === 'scan') names.set(tid, `extraction ${tid}`);
    else if (phase === 'join' || phase === 'judge') names.set(tid, `judgement ${tid}`);
    events.push({
      name,
      cat: phase,
      ph: 'X',
      ts: Math.round((start - trace.started) * 1000),
      dur: Math.round((end - start) * 1000),
      pid: 1,
      tid,
      args: { phase },
    });
  }
  for (const [tid, name] of names)
    events.push({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } });
  events.push({ name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: 'cackle' } });
  return { displayTimeUnit: 'ms', traceEvents: events };
}
