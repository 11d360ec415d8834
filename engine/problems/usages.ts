import type { MacroName } from '../facts/unit-record.ts';
import type { BacktraceFrame, SourcePlace } from './places.ts';

/** A reference to something restricted, in live code. */
export interface Usage {
  readonly place: SourcePlace;
  /** Demangled name of the referring function (innermost inlined frame). */
  readonly from: string;
  /** The target's name that matched, shortest of those at this place. */
  readonly target: string;
  /** Names of the referring function (rule 3.2). */
  readonly fromNames: readonly string[];
  /** All names of the target that matched the API. */
  readonly targetNames: readonly string[];
  /** Label of the output in which it was found, e.g. `fd (bin)`. */
  readonly output: string;
  /** From the root to the referring function. */
  readonly backtrace: readonly BacktraceFrame[];
}

/** A place where `unsafe` or `extern` stands, or where a macro is called that lends it. */
export interface KeywordUse {
  readonly place: SourcePlace;
  readonly foundBy: 'lint' | 'token' | 'macro';
  /** Where a macro is called: the macros of other packages that lend it. */
  readonly macros?: readonly MacroName[] | undefined;
}

/** Usages with the same key are one (rule 4.24). */
export function usageKey({ place, from, target }: Usage): string {
  return [place.file, place.line, place.column, from, target].join('\0');
}
