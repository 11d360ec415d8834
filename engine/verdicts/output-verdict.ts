import type { UnitRecord } from '../facts/unit-record.ts';
import type { AttributedUsage } from '../judge/attribution.ts';
import type { ExportCandidate } from '../judge/references.ts';
import type { ExplainedCall } from '../judge/system-functions.ts';
import type { UsageProblem } from '../judge/usage-problems.ts';
import type { BacktraceFrame } from '../problems/places.ts';

/** The findings in one output. */
export interface OutputVerdict {
  readonly label: string;
  readonly record: UnitRecord;
  readonly usages: readonly AttributedUsage[];
  readonly exports: readonly ExportCandidate[];
  /** Calls of functions of the system that an API is about and does not include. */
  readonly systemCalls: readonly ExplainedCall[];
  /** Usages that were refused when the output was judged; `Verdicts.problemsOf` returns those that still are. */
  readonly problems: readonly UsageProblem[];
  /** The path to each refused usage, and to others that were asked for; empty without backtraces. */
  readonly paths: ReadonlyMap<AttributedUsage, readonly BacktraceFrame[]>;
  /** Symbols that the linker kept although the join considers them dead; they were judged as live. */
  readonly linkerKept: readonly string[];
  /** Number of objects in each input, by the input's facts. */
  readonly objects: ReadonlyMap<string, number>;
}

/** Thrown when stored facts of an output are missing or damaged: it has to be built again. */
export class StaleOutputError extends Error {
  override readonly name = 'StaleOutputError';
  readonly record: UnitRecord;
  constructor(record: UnitRecord) {
    super(`the stored facts of ${record.targetName} cannot be used`);
    this.record = record;
  }
}
