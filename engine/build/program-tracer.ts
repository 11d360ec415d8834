/** A program that is about to start below cargo, for who traces it. */
export interface ProgramStart {
  readonly kind: 'build script' | 'test' | 'rustc';
  readonly packageId: string;
  /** The name of cargo's target. */
  readonly targetName: string;
  /** By which its unit is found: the linked file of a build script or test; for rustc the stem of the unit's files. */
  readonly unit: string;
  /** The program itself, as it is seen where it runs; undefined for rustc, of which a proxy may stand in front. */
  readonly executable: string | undefined;
  readonly cwd: string;
  /** OUT_DIR of a build script, `CARGO_TARGET_TMPDIR` of a test: where it may write. */
  readonly outDir: string | undefined;
  /** For rustc: files of ours that it reads. */
  readonly reads?: readonly string[] | undefined;
  /** Our linker in rustc's place for the linker: what it starts is judged by itself. */
  readonly linker?: string | undefined;
  /** Paths that rustc's command line names. */
  readonly externs: readonly string[];
  /** The command line of its sandbox, when it has one. */
  readonly sandboxCommand: readonly string[] | undefined;
}

/** Records what programs do. */
export interface ProgramTracer {
  /** Takes what a build script that succeeded printed for cargo. */
  said(start: ProgramStart, stdout: Buffer): void;
  /** Returns the command line that runs `command` and records what it does; `arg0` is what the program is to be called. */
  traced(start: ProgramStart, command: readonly string[], arg0?: string): readonly string[];
}

/** Returns the words that start a program: by the tracer, if there is one. */
export function wordsToStart(
  tracer: ProgramTracer | undefined,
  start: ProgramStart,
  command: readonly string[],
  arg0?: string,
): { readonly args: readonly string[]; readonly arg0?: string } {
  if (tracer === undefined) return { args: command, ...(arg0 === undefined ? {} : { arg0 }) };
  return { args: tracer.traced(start, command, arg0) };
}
