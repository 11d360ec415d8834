import { threadId } from 'node:worker_threads';

/** The phases of a job of a worker thread. */
export type WorkerPhase = 'extract' | 'store' | 'join' | 'judge' | 'scan';

/** Some work of a thread, from and to in milliseconds since the epoch, since each thread has its own `performance.now()`. */
export interface TimeSpan {
  readonly phase: WorkerPhase;
  readonly thread: number;
  readonly start: number;
  readonly end: number;
}

/** The result of a worker, with the spans of its time. */
export interface Timed<T> {
  readonly value: T;
  readonly spans: readonly TimeSpan[];
}

/** Returns milliseconds since the epoch, as precise as `performance.now()`. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Cuts the time of one job into spans: each call ends one and begins the next. */
export class Stopwatch {
  readonly spans: TimeSpan[] = [];
  private last = clock();

  lap(phase: WorkerPhase): void {
    const end = clock();
    this.spans.push({ phase, thread: threadId, start: this.last, end });
    this.last = end;
  }
}
