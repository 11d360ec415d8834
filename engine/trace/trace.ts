import { clock, type Span } from './spans.ts';

/** Where the time of a check may have gone. `cargo`: rustc at work; `wait`: cargo waits for an answer of ours. */
export type TracePhase =
  | Span['phase']
  | 'metadata'
  | 'build'
  | 'cargo'
  | 'wait'
  | 'queue'
  | 'report';

/** One piece of work of a check. Times are in milliseconds since the epoch. */
export interface TraceEvent {
  readonly phase: TracePhase;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** A thread of ours by its number, 0 the engine's; undefined for what runs beside it. */
  readonly thread: number | undefined;
}

/** A unit that was built, or a build script that ran: what it made, and what of others it needed. */
export interface TracedUnit {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly outputs: readonly string[];
  readonly needs: readonly string[];
}

/** Takes down what a check does. Where nobody listens there is none, and nothing is recorded. */
export class Trace {
  readonly started = clock();
  readonly events: TraceEvent[] = [];
  readonly units: TracedUnit[] = [];

  /** Some work of the engine's own thread that ends now. */
  add(phase: TracePhase, name: string, start: number): void {
    this.events.push({ phase, name, start, end: clock(), thread: 0 });
  }

  /** Something that ends now and went on beside our threads. */
  beside(phase: TracePhase, name: string, start: number): void {
    this.events.push({ phase, name, start, end: clock(), thread: undefined });
  }

  /** A job of a worker: until it began it was queued. */
  job(name: string, submitted: number, spans: readonly Span[]): void {
    const begun = spans[0]?.start ?? submitted;
    this.events.push({ phase: 'queue', name, start: submitted, end: begun, thread: undefined });
    for (const span of spans) this.events.push({ name, ...span });
  }

  unit(unit: TracedUnit): void {
    this.units.push(unit);
  }
}

/** Seconds of each phase, summed over the threads. */
export function phaseSeconds(trace: Trace): Map<TracePhase, number> {
  const sums = new Map<TracePhase, number>();
  for (const { phase, start, end } of trace.events)
    sums.set(phase, (sums.get(phase) ?? 0) + (end - start) / 1000);
  return sums;
}

/** The chain of units that the build could not have been shorter than: from the last to end, back to what it waited for. */
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

/** Lanes of what runs beside our threads begin here. */
const FIRST_LANE = 1000;

/** The Chrome trace-event format ("Trace Event Format", complete events), for a trace viewer. */
export function chromeTrace(trace: Trace): object {
  const events: object[] = [];
  const names = new Map<number, string>();
  // What overlaps goes side by side: rustc runs, and jobs in the queue.
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
