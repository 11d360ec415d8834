import { type AnswerPlace, writeAnswer } from '../facts/answers.ts';
import type { JoinInput, LinkedSymbol } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import { linkedButDead } from '../graph/linked.ts';
import { reached } from '../graph/reached.ts';
import { ApiMatcher } from '../judge/api-matcher.ts';
import { backtrace, type Site } from '../judge/backtraces.ts';
import { type Compiled, foreignMembers } from '../judge/foreign.ts';
import { Joiner, type OutputSpec, StaleFactsError } from '../judge/joiner.ts';
import { type PossibleExport, type Reference, ReferenceFinder } from '../judge/references.ts';
import { readLinked } from '../parsers/parsers.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import { readRegularFile } from '../regular-file.ts';
import { Stopwatch, type Timed } from '../trace/spans.ts';

/** The parsers take no larger file. */
const MAX_LINKED = 2 ** 32 - 1;

/** Find the API references of an output. */
export interface ReferencesJob {
  readonly kind: 'references';
  readonly output: OutputSpec;
  /** By input. */
  readonly compiled: readonly Compiled[];
  readonly apis: readonly {
    readonly name: string;
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  }[];
  /** Where the answer is kept for later checks; undefined when it is only measured. */
  readonly keep: AnswerPlace | undefined;
}

/** Explain how places of an output are reached. */
export interface BacktracesJob {
  readonly kind: 'backtraces';
  readonly output: OutputSpec;
  readonly sites: readonly Site[];
  /** Where the answer is kept for later checks. */
  readonly keep: AnswerPlace;
}

/** Compare the join of an output with the file that the linker made of it. */
export interface LinkedJob {
  readonly kind: 'linked';
  readonly output: OutputSpec;
  readonly file: string;
}

/** The answer to a {@link ReferencesJob}. */
export interface ReferencesResult {
  readonly references: readonly Reference[];
  readonly exports: readonly PossibleExport[];
  /** By input: how many objects it holds. */
  readonly objects: readonly number[];
}

/** The answer when stored facts files cannot be used: their inputs have to be extracted (or units built) again. */
export interface StaleFacts {
  readonly stale: readonly string[];
}

/** This thread is the owner: its pool gives it all the outputs of a check, which share most of their facts. */
const joiner = new Joiner();
let finder: { key: string; finder: ReferenceFinder } | undefined;

/** Piscina's entry: joins one output and answers for it. Facts stay loaded for the outputs to come. */
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
    // A class does not survive the way between threads; a plain answer does.
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
    foreignMembers(loaded, job.compiled[i] ?? []),
  );
  const result = {
    references: finder.finder.references(joined, foreign),
    exports: finder.finder.possibleExports(joined, foreign),
    objects: joined.inputs.map(({ loaded }) => loaded.memberCount),
  };
  watch.lap('judge');
  if (job.keep === undefined) return result;
  await writeAnswer(
    job.keep,
    result,
    reached(result.references, (at) => joined.pathTo(at)),
  );
  watch.lap('store');
  return result;
}
