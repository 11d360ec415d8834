import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type {
  ArtefactJob,
  ArtefactResult,
  ContentJob,
  SourcesJob,
  SourcesResult,
} from '../extract/worker.ts';
import type { LinkedSymbol } from '../graph/named-nodes.ts';
import type { BacktraceFrame } from '../judge/problems.ts';
import type {
  BacktracesJob,
  LinkedJob,
  ReferencesJob,
  ReferencesResult,
  StaleFacts,
} from '../judge/worker.ts';
import { distPath } from '../paths.ts';
import { clock, type Timed } from '../spans.ts';
import type { Trace } from './trace.ts';

/**
 * Threads live as long as the check: a new one compiles and optimises the parsers again. In a long build they often
 * have nothing to do for a while.
 */
const IDLE_TIMEOUT_MS = 2 ** 31 - 1;

/** The worker threads of one check: extraction beside the build, and one thread that joins and judges. */
export class Pools {
  private readonly extraction: Piscina;
  private readonly judging: Piscina;
  private readonly trace: Trace | undefined;

  /** `workers`: threads of each kind, instead of as many as suit a build beside them. */
  constructor(trace?: Trace, workers?: number) {
    this.trace = trace;
    this.extraction = new Piscina({
      filename: distPath('extract-worker.js'),
      minThreads: 0,
      // One core is left to rustc.
      maxThreads: workers ?? Math.max(1, Math.min(8, availableParallelism() - 1)),
      idleTimeout: IDLE_TIMEOUT_MS,
    });
    // Loaded facts stay in the thread, so all joins go to the same one.
    this.judging = new Piscina({
      filename: distPath('judge-worker.js'),
      minThreads: 0,
      maxThreads: workers ?? 1,
      idleTimeout: IDLE_TIMEOUT_MS,
    });
  }

  extract(job: Omit<ArtefactJob, 'kind'>): Promise<ArtefactResult> {
    return this.run(this.extraction, job.path, { kind: 'artefact', ...job });
  }

  contentHash(job: Omit<ContentJob, 'kind'>): Promise<string> {
    return this.run(this.extraction, job.path, { kind: 'content', ...job });
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
  measured(kind: 'extract', job: Omit<ArtefactJob, 'kind'>): Promise<Timed<ArtefactResult>>;
  measured(
    kind: 'references',
    job: Omit<ReferencesJob, 'kind'>,
  ): Promise<Timed<ReferencesResult | StaleFacts>>;
  measured(kind: 'extract' | 'references', job: object): Promise<unknown> {
    return kind === 'extract'
      ? this.extraction.run({ kind: 'artefact', ...job })
      : this.judging.run({ kind, ...job });
  }

  private async run<T>(pool: Piscina, name: string, job: object): Promise<T> {
    const submitted = this.trace === undefined ? 0 : clock();
    const { value, spans }: Timed<T> = await pool.run(job);
    this.trace?.job(name, submitted, spans);
    return value;
  }

  async close(): Promise<void> {
    await Promise.all([this.extraction.destroy(), this.judging.destroy()]);
  }
}
