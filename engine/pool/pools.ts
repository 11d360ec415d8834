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
 * Threads live as long as the check: a new one compiles and optimises the parsers again. In a long build they often
 * have nothing to do for a while.
 */
const IDLE_TIMEOUT_MS = 2 ** 31 - 1;

/** A pool that is made, and its package loaded, with the first job: a check that finds all as it was has none. */
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

/** The worker threads of one check: extraction beside the build, and one thread that joins and judges. */
export class Pools {
  private readonly extraction: LatePool;
  private readonly judging: LatePool;
  private readonly trace: Trace | undefined;

  /** `workers`: threads of each kind, instead of as many as suit a build beside them. */
  constructor(trace?: Trace, workers?: number) {
    this.trace = trace;
    // One core is left to rustc.
    const beside = Math.max(1, Math.min(8, availableParallelism() - 1));
    this.extraction = new LatePool('extract-worker.js', workers ?? beside);
    // Loaded facts stay in the thread, so all joins go to the same one.
    this.judging = new LatePool('judge-worker.js', workers ?? 1);
  }

  extract(request: FactsRequest): Promise<ExtractedFacts> {
    return this.run(this.extraction, request.paths[0], { kind: 'extract', ...request });
  }

  /** Several at once, in as many jobs as there are threads: with small files a job is more work than what it does. */
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

  /** Of each path, or which one holds too much. */
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

  /** The same jobs, with what their time went into. */
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
