import { type AnswerPlace, writeAnswer } from '../facts/answers.ts';
import type { JoinInput, LinkedSymbol } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import { linkedButDead } from '../graph/linked.ts';
import { reached } from '../graph/reached.ts';
import { ApiMatcher } from '../judge/api-matcher.ts';
import { backtrace, type Site } from '../judge/backtraces.ts';
import { type Compiled, foreignMembers, nothingCompiled } from '../judge/foreign.ts';
import { Joiner, type OutputSpec, StaleFactsError } from '../judge/joiner.ts';
import { type ExportCandidate, type Reference, ReferenceFinder } from '../judge/references.ts';
import { readLinked } from '../parsers/parsers.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import { readRegularFile } from '../regular-file.ts';
import { Stopwatch, type Timed } from '../trace/spans.ts';

/** Largest file in bytes that the parsers take. */
const MAX_LINKED = 2 ** 32 - 1;

/** Finds the API references of an output. */
export interface ReferencesJob {
  readonly kind: 'references';
  readonly output: OutputSpec;
  /** By input, the members that rustc compiled. */
  readonly compiled: readonly Compiled[];
  readonly apis: readonly {
    readonly name: string;
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  }[];
  /** Where to store the answer for later checks; undefined when the job is only measured. */
  readonly keep: AnswerPlace | undefined;
}

/** Explains how places of an output are reached. */
export interface BacktracesJob {
  readonly kind: 'backtraces';
  readonly output: OutputSpec;
  readonly sites: readonly Site[];
  /** Where to store the answer for later checks. */
  readonly keep: AnswerPlace;
}

/** Compares the join of an output with the linked file. */
export interface LinkedJob {
  readonly kind: 'linked';
  readonly output: OutputSpec;
  readonly file: string;
}

/** The answer to a {@link ReferencesJob}. */
export interface ReferencesResult {
  readonly references: readonly Reference[];
  /** References to functions of the system that an API is about (rule 4.26). */
  readonly systemCalls: readonly Reference[];
  readonly exports: readonly ExportCandidate[];
  /** The number of objects in each input. */
  readonly objects: readonly number[];
}

/**
 * The answer when stored facts files cannot be used: their inputs have to be extracted, or their units built, again.
 */
export interface StaleFacts {
  readonly stale: readonly string[];
}

/** One for each thread: the pool gives its single thread all outputs of a check, which share most of their facts. */
const joiner = new Joiner();
let finder: { key: string; finder: ReferenceFinder } | undefined;

/** Entry point for Piscina: joins one output and answers the job. Facts stay loaded for later outputs. */
export default async function run(
  job: ReferencesJob | BacktracesJob | LinkedJob,
): Promise<Timed<ReferencesResult | BacktraceFrame[][] | LinkedSymbol[] | StaleFacts>> {
  const watch = new Stopwatch();
  const value = await answer(job, watch);
  watch.lap('judge');
  return { value, spans: watch.spans };
}

async function answer(
  job: ReferencesJob | BacktracesJob | LinkedJob,
  watch: Stopwatch,
): Promise<ReferencesResult | BacktraceFrame[][] | LinkedSymbol[] | StaleFacts> {
  let joined: JoinedOutput;
  try {
    joined = joiner.join(job.output);
  } catch (error) {
    // An error loses its class between threads; a plain answer does not.
    if (error instanceof StaleFactsError) return { stale: error.paths };
    throw error;
  }
  watch.lap('join');
  if (job.kind === 'backtraces') {
    const factsOf = (input: number) => (joined.inputs[input] as JoinInput).loaded.facts;
    const traces = job.sites.map((site) => backtrace(site, joined.pathTo(site), factsOf));
    await writeAnswer(job.keep, traces);
    return traces;
  }
  if (job.kind === 'linked')
    return linkedButDead(joined, readLinked(readRegularFile(job.file, MAX_LINKED)));
  const key = JSON.stringify(job.apis);
  if (finder?.key !== key)
    finder = { key, finder: new ReferenceFinder(joiner.symbols, new ApiMatcher(job.apis)) };
  const foreign = joined.inputs.map(({ loaded }, i) =>
    foreignMembers(loaded, job.compiled[i] ?? nothingCompiled),
  );
  const result = {
    ...finder.finder.references(joined, foreign),
    exports: finder.finder.possibleExports(joined, foreign),
    objects: joined.inputs.map(({ loaded }) => loaded.memberCount),
  };
  watch.lap('judge');
  if (job.keep === undefined) return result;
  await writeAnswer(
    job.keep,
    result,
    reached([...result.references, ...result.systemCalls], (at) => joined.pathTo(at)),
  );
  watch.lap('store');
  return result;
}
