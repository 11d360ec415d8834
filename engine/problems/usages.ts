import type { MacroName } from '../facts/unit-record.ts';
import type { BacktraceFrame, SourcePlace } from './places.ts';

/** A reference in live code to something restricted. */
export interface Usage {
  readonly place: SourcePlace;
  /** Demangled name of the referring function (innermost inlined frame). */
  readonly from: string;
  /** The matching name of the target, the shortest at this place. */
  readonly target: string;
  /** Names of the referring function (rule 3.2). */
  readonly fromNames: readonly string[];
  /** All names of the target that match the API. */
  readonly targetNames: readonly string[];
  /** Label of the output that contains it, e.g. `fd (bin)`. */
  readonly output: string;
  /** Where several targets are checked: those on which it is used. Absent for what runs on this machine. */
  readonly targets?: readonly string[] | undefined;
  /** The path from a root to the referring function. */
  readonly backtrace: readonly BacktraceFrame[];
}

/** A place of `unsafe` or `extern`, or of a call of a macro that lends it. */
export interface KeywordUse {
  readonly place: SourcePlace;
  readonly foundBy: 'lint' | 'token' | 'macro';
  /** As in {@link Usage}. */
  readonly targets?: readonly string[] | undefined;
  /** For a call of a macro: the macros of other packages that lend the keyword. */
  readonly macros?: readonly MacroName[] | undefined;
}

/** What code reads while it is compiled, by the name that cackle.toml has for it, and the place that names it. */
export interface CompileUse {
  readonly name: string;
  readonly place: SourcePlace;
  /** True of a file that rustc's sandbox hid: the code did not compile. */
  readonly isHidden?: true | undefined;
  /** As in {@link Usage}. */
  readonly targets?: readonly string[] | undefined;
}

/** Returns the key of a usage: usages with the same key are one (rule 4.24). */
export function usageKey({ place, from, target }: Usage): string {
  return [place.file, place.line, place.column, from, target].join('\0');
}
