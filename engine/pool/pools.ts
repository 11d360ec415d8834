import { availableParallelism } from 'node:os';
import type { Piscina } from 'piscina';
import type { TooMuch } from '../facts/content.ts';
import type { LinkedSymbol } from '../graph/join-input.ts';
import { distPath } from '../paths.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import { clock, type Timed } from '../trace/spans.ts';
import type { Trace } from '../trace/trace.ts';
import type {
  ContentJob,
  ExtractedFacts,
  FactsRequest,
  SourcesJob,
  SourcesResult,
} from './extract-worker.ts';
import type {
  BacktracesJob,
  LinkedJob,
  ReferencesJob,
  ReferencesResult,
  StaleFacts,
} from './judge-worker.ts';

/**
 * Threads live as long as the check, because a new thread has to compile and optimise the parsers again. In a long
 * build they are often idle for a while.
 */
const IDLE_TIMEOUT_MS = 2 ** 31 - 1;

/** A pool that is created, and its package loaded, with the first job: a check in which nothing changed has no job. */
class LatePool {
  private made: Promise<Piscina> | undefined;
  private readonly file: string;
  readonly threads: number;

  constructor(file: string, threads: number) {
    this.file = file;
    this.threads = threads;
  }

  async run(job: object): Promise<unknown> {
    this.made ??= this.make();
    return (await this.made).run(job);
  }

  private async make(): Promise<Piscina> {
    const { Piscina } = await import('piscina');
    return new Piscina({
      filename: distPath(this.file),
      minThreads: 0,
      maxThreads: this.threads,
      idleTimeout: IDLE_TIMEOUT_MS,
    });
  }

  async close(): Promise<void> {
    await (await this.made)?.destroy();
  }
}

/** The worker threads of one check: some extract facts while the build runs, and one joins and judges. */
export class Pools {
  private readonly extraction: LatePool;
  private readonly judging: LatePool;
  private readonly trace: Trace | undefined;

  /**
   * `workers` is the number of threads of each kind; by default, as many as suit a build that runs at the same time.
   */
  constructor(trace?: Trace, workers?: number) {
    this.trace = trace;
    // One core is left for rustc.
    const beside = Math.max(1, Math.min(8, availableParallelism() - 1));
    this.extraction = new LatePool('extract-worker.js', workers ?? beside);
    // Loaded facts stay in the thread, so all joins go to the same one.
    this.judging = new LatePool('judge-worker.js', workers ?? 1);
  }

  extract(request: FactsRequest): Promise<ExtractedFacts> {
    return this.run(this.extraction, request.paths[0], { kind: 'extract', ...request });
  }

  /**
   * Extracts several inputs at once, in as many jobs as there are threads: for small files, a job costs more than its
   * work.
   */
  async extractAll(requests: readonly FactsRequest[]): Promise<readonly ExtractedFacts[]> {
    const size = Math.ceil(requests.length / this.extraction.threads);
    const jobs: Promise<ExtractedFacts[]>[] = [];
    for (let i = 0; i < requests.length; i += size) {
      const job = { kind: 'extract-all', requests: requests.slice(i, i + size) };
      jobs.push(this.run(this.extraction, requests[i]?.paths[0] ?? '', job));
    }
    return (await Promise.all(jobs)).flat();
  }

  contentHash(job: Omit<ContentJob, 'kind'>): Promise<string> {
    return this.run(this.extraction, job.path, { kind: 'content', ...job });
  }

  /** Resolves to the hash of each path, or to the path with too much content. */
  watchedHashes(paths: readonly string[]): Promise<string[] | TooMuch> {
    return this.run(this.extraction, paths[0] ?? '', { kind: 'watched', paths });
  }

  sources(job: Omit<SourcesJob, 'kind'>): Promise<SourcesResult> {
    return this.run(this.extraction, job.files[0] ?? '', { kind: 'sources', ...job });
  }

  references(job: Omit<ReferencesJob, 'kind'>): Promise<ReferencesResult | StaleFacts> {
    return this.run(this.judging, job.output.name, { kind: 'references', ...job });
  }

  backtraces(job: Omit<BacktracesJob, 'kind'>): Promise<BacktraceFrame[][] | StaleFacts> {
    return this.run(this.judging, job.output.name, { kind: 'backtraces', ...job });
  }

  linked(job: Omit<LinkedJob, 'kind'>): Promise<LinkedSymbol[] | StaleFacts> {
    return this.run(this.judging, job.output.name, { kind: 'linked', ...job });
  }

  /** Runs the same jobs, and reports how long each part took. */
  measured(kind: 'extract', request: FactsRequest): Promise<Timed<ExtractedFacts>>;
  measured(
    kind: 'references',
    job: Omit<ReferencesJob, 'kind'>,
  ): Promise<Timed<ReferencesResult | StaleFacts>>;
  measured(kind: 'extract' | 'references', job: object): Promise<unknown> {
    return kind === 'extract'
      ? this.extraction.run({ kind: 'extract', ...job })
      : this.judging.run({ kind, ...job });
  }

  private async run<T>(pool: LatePool, name: string, job: object): Promise<T> {
    const submitted = this.trace === undefined ? 0 : clock();
    const { value, spans } = (await pool.run(job)) as Timed<T>;
    this.trace?.job(name, submitted, spans);
    return value;
  }

  async close(): Promise<void> {
    await Promise.all([this.extraction.close(), this.judging.close()]);
  }
}
