import { type AnswerPlace, readBehindAnswer, writeAnswer } from '../facts/answers.ts';
import type { Reached } from '../graph/reached.ts';
import { backtracesBy, type ReadFacts, type Site } from '../judge/backtraces.ts';
import type { OutputSpec } from '../judge/joiner.ts';
import type { StaleFacts } from '../pool/judge-worker.ts';
import type { Pools } from '../pool/pools.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import type { Inputs, TakenFromStore } from '../units/inputs.ts';
import { NotStoredError, storedAnswer } from './stored-answers.ts';

/** Explains how sites in outputs are reached. A check with anything to explain usually has few sites. */
export class Explanations {
  private readonly pools: Pools;
  private readonly inputs: Inputs;
  private readonly read: ReadFacts = new Map();

  constructor(pools: Pools, inputs: Inputs) {
    this.pools = pools;
    this.inputs = inputs;
  }

  /**
   * Resolves to the paths to sites of an output. `references` is the place where an earlier check stored the
   * references with the paths to them; undefined when this check found them, so that the join is loaded. Throws
   * {@link NotStoredError} when only the store may answer and it cannot.
   */
  async pathsTo(
    subject: string,
    output: OutputSpec,
    sites: readonly Site[],
    references: AnswerPlace | undefined,
    onlyStored: TakenFromStore | undefined,
  ): Promise<BacktraceFrame[][] | StaleFacts> {
    const question = { output, sites };
    const { keep, stored } = storedAnswer(this.inputs, subject, question, onlyStored);
    if (stored !== undefined) return stored as BacktraceFrame[][];
    const reached = references && (readBehindAnswer(references) as Reached | undefined);
    const traces = reached && backtracesBy(reached, output, sites, this.read);
    if (traces !== undefined) {
      await writeAnswer(keep, traces);
      return traces;
    }
    if (onlyStored !== undefined) throw new NotStoredError();
    return this.pools.backtraces({ ...question, keep });
  }
}
