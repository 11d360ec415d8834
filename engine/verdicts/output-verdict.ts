import type { UnitRecord } from '../facts/unit-record.ts';
import type { AttributedUsage } from '../judge/attribution.ts';
import type { PossibleExport } from '../judge/references.ts';
import type { UsageProblem } from '../judge/usage-problems.ts';

/** What was found in one output. */
export interface OutputVerdict {
  readonly label: string;
  readonly record: UnitRecord;
  readonly usages: readonly AttributedUsage[];
  readonly exports: readonly PossibleExport[];
  /** What was not allowed when it was judged; `Verdicts.problemsOf` knows what still is not. */
  readonly problems: readonly UsageProblem[];
  /** What the linker kept although the join calls it dead; it was judged as live. */
  readonly linkerKept: readonly string[];
  /** Objects in its inputs, by the facts of the input. */
  readonly objects: ReadonlyMap<string, number>;
}

/** Raised when stored facts of an output are gone or damaged: it has to be built again. */
export class StaleOutputError extends Error {
  override readonly name = 'StaleOutputError';
  readonly record: UnitRecord;
  constructor(record: UnitRecord) {
    super(`the stored facts of ${record.targetName} cannot be used`);
    this.record = record;
  }
}
