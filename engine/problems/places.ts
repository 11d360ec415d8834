/** A place in a source file; line 0 when only the file is known (a static without debug info). */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One step of the path from a root to a usage; inlined frames are marked. */
export interface BacktraceFrame {
  /** Demangled name of the function or static. */
  readonly name: string;
  readonly place: SourcePlace | undefined;
  readonly inlined: boolean;
}
