import { threadId } from 'node:worker_threads';

/** What a thread of ours may be busy with. */
export type WorkerPhase = 'extract' | 'store' | 'join' | 'judge' | 'scan';

/** Some work of a thread, from and to in milliseconds since the epoch: threads have clocks of their own. */
export interface Span {
  readonly phase: WorkerPhase;
  readonly thread: number;
  readonly start: number;
  readonly end: number;
}

/** The answer of a worker, with what its time went into. */
export interface Timed<T> {
  readonly value: T;
  readonly spans: readonly Span[];
}

/** Milliseconds since the epoch, as fine as `performance.now()`. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Cuts the time of one job into spans: each call ends one and begins the next. */
export class Stopwatch {
  readonly spans: Span[] = [];
  private last = clock();

  lap(phase: WorkerPhase): void {
    const end = clock();
    this.spans.push({ phase, thread: threadId, start: this.last, end });
    this.last = end;
  }
}
