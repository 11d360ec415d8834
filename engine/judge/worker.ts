import { readFile } from 'node:fs/promises';
import { type AnswerPlace, writeAnswer } from '../facts/answers.ts';
import { NONE, NodeFlag } from '../facts/tables.ts';
import type { JoinedOutput, JoinInput, NodeAt } from '../graph/link.ts';
import { linkedButDead } from '../graph/linked.ts';
import type { LinkedSymbol } from '../graph/named-nodes.ts';
import { demangle, readLinked } from '../parsers/parsers.ts';
import { Stopwatch, type Timed } from '../spans.ts';
import { ApiMatcher } from './api-matcher.ts';
import { type Compiled, foreignMembers } from './foreign.ts';
import { Joiner, type OutputSpec, StaleFactsError } from './joiner.ts';
import type { BacktraceFrame } from './problems.ts';
import {
  nameOf,
  type PossibleExport,
  placeOf,
  type Reference,
  ReferenceFinder,
} from './references.ts';

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
  readonly sites: readonly {
    readonly input: number;
    readonly node: number;
    readonly frame: number;
  }[];
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
    joined = await joiner.join(job.output);
  } catch (error) {
    // A class does not survive the way between threads; a plain answer does.
    if (error instanceof StaleFactsError) return { stale: error.paths };
    throw error;
  }
  watch.lap('join');
  if (job.kind === 'backtraces') {
    const traces = job.sites.map((site) => backtrace(joined, site));
    await writeAnswer(job.keep, traces);
    return traces;
  }
  if (job.kind === 'linked') return linkedButDead(joined, readLinked(await readFile(job.file)));
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
  await writeAnswer(job.keep, result);
  watch.lap('store');
  return result;
}

function backtrace(
  output: JoinedOutput,
  site: { input: number; node: number; frame: number },
): BacktraceFrame[] {
  const frames: BacktraceFrame[] = [];
  const steps = output.pathTo({ input: site.input, node: site.node });
  for (const { input, edge } of steps) {
    const { facts } = (output.inputs[input] as JoinInput).loaded;
    const at: NodeAt = { input, node: output.nodeOfEdge(input, edge) };
    const flags = facts.nodeFlags[at.node] as number;
    if ((flags & NodeFlag.anonymous) !== 0) continue;
    pushFrames(
      frames,
      output,
      at,
      facts.edgeFrame[edge] as number,
      facts.edgePlace[edge] as number,
    );
  }
  pushFrames(frames, output, site, site.frame, NONE);
  return frames;
}

/** The function itself, then what was inlined into it, outermost first, each with the place of its call. */
function pushFrames(
  frames: BacktraceFrame[],
  output: JoinedOutput,
  at: NodeAt,
  frame: number,
  place: number,
): void {
  const { facts } = (output.inputs[at.input] as JoinInput).loaded;
  const chain: number[] = [];
  for (let f = frame; f !== NONE && chain.length < 256; f = facts.frameParent[f] as number)
    chain.unshift(f);
  const names = [NONE, ...chain];
  names.forEach((f, i) => {
    const next = chain[i];
    const called = next === undefined ? place : (facts.framePlace[next] as number);
    frames.push({
      name: demangle(nameOf(joiner.symbols, output, at, f)),
      place: placeOf(facts, called),
      inlined: f !== NONE,
    });
  });
}
