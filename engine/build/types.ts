import type { Denial } from '../sandbox/denied.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { CrateKind, PackageIndex } from '../workspace/types.ts';

/** One `--extern NAME=PATH` of a rustc command line; a path is absent for the sysroot's crates. */
export interface Extern {
  readonly name: string;
  readonly path: string | undefined;
}

/** A compilation that cargo asked of rustc: one *unit*. Paths are absolute. */
export interface RustcInvocation {
  /** Unique within one check. */
  readonly id: number;
  readonly package: PackageIndex;
  /** `cargo metadata` package id, which outlives the index. */
  readonly packageId: string;
  readonly crateName: string;
  readonly crateTypes: readonly string[];
  readonly kind: CrateKind;
  readonly targetName: string;
  readonly sourcePath: string;
  readonly outDir: string;
  /** OUT_DIR of the package's build script, by whose output it is compiled; undefined when it has none. */
  readonly scriptOutDir: string | undefined;
  readonly extraFilename: string;
  readonly externs: readonly Extern[];
  readonly cwd: string;
  readonly isProcMacro: boolean;
  /** Compiled with `--test`: then rustc's test harness writes the program's `main`. */
  readonly hasHarness: boolean;
  /** What decides which of its code is compiled; undefined where that cannot be told. */
  readonly cfg: UnitCfg | undefined;
  /** Of its command line and environment, without what says only how to print. */
  readonly commandHash: string;
}

/** What decides which parts of a unit's sources are compiled. */
export interface UnitCfg {
  /** The compiler that cargo starts. */
  readonly rustc: string;
  readonly cwd: string;
  readonly toolchain: string | undefined;
  /** Options of its command line by which the settings differ that rustc has by itself. */
  readonly options: readonly string[];
  /** Those of its command line, as `rustc --print cfg` writes them. */
  readonly settings: readonly string[];
}

/** A variable for which the code of a unit asks by `env!` or `option_env!`. */
export interface AskedVariable {
  readonly name: string;
  /** False where the sandbox of rustc hides it, whether it is set or not. */
  readonly seen: boolean;
}

/** A lint hit taken from rustc's JSON diagnostics; line and column count from 1. */
export interface LintHit {
  readonly lint: 'unsafe_code' | 'missing_unsafe_on_extern';
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A finished compilation. `outputs` are the files it left that exist (rlib, rmeta, staticlib …). */
export interface RustcOutcome {
  readonly invocation: RustcInvocation;
  readonly success: boolean;
  /** It failed, and not by what it was given to compile alone: it was killed, or a linker did not do its work. */
  readonly disturbed: boolean;
  readonly lints: readonly LintHit[];
  readonly depInfo: string | undefined;
  readonly variables: readonly AskedVariable[];
  /** Where rustc looked for native libraries (`-L`). */
  readonly nativeDirectories: readonly string[];
  readonly outputs: readonly string[];
}

/** What kind of file a link makes. */
export type OutputKind = 'executable' | 'shared' | 'proc-macro' | 'static-library';

/** A parsed linker command line (GNU ld options as gcc and lld take them). Paths are absolute. */
export interface LinkRequest {
  readonly invocation: RustcInvocation;
  readonly outputKind: OutputKind;
  readonly output: string;
  /** Objects, archives and rlibs in order, by what they are; `wholeArchive` where the option was in force. */
  readonly inputs: readonly {
    readonly path: string;
    readonly kind: 'object' | 'archive';
    readonly wholeArchive: boolean;
    /** An object that rustc made for this unit, not one that the command line brought. */
    readonly own: boolean;
  }[];
  /** Shared objects that the output loads: their code is not in it. */
  readonly shared: readonly string[];
  /** Files of the C runtime: as shared objects do, they call the program's functions by name, and their own code is not judged. */
  readonly runtime: readonly string[];
  readonly gcSections: boolean;
  /** Extra roots: `-u`, `-e`, `--init`, `--fini`, `--require-defined`. */
  readonly rootSymbols: readonly string[];
  /** Patterns of a version script, dynamic list or `--export-dynamic-symbol`, `*` allowed; empty when none. */
  readonly exportPatterns: readonly string[];
  /** `-rdynamic`, `--export-dynamic`, or a shared object without version script: every default-visibility global is a root. */
  readonly exportsAll: boolean;
  /** Why this command line cannot be judged (unknown option that adds code, unreadable script …): the check fails closed. */
  readonly unsupported: readonly string[];
}

/** The engine's answer to a gate: `refuse` carries the one line that the shim prints. */
export type Gate = { readonly allow: true } | Refusal;

/** Why a program may not start. */
export interface Refusal {
  readonly allow: false;
  readonly reason: string;
  /** Problems hold it back: the report tells which. */
  readonly isHeld?: boolean;
}

/** The same for a build script; `said` is what it would print, where that is known: it does not run then. */
export type ScriptGate = { readonly allow: true; readonly said?: string } | Refusal;

/** What cargo gets of a build script's output: all of it, or only `passed` when instructions are held back. */
export type OutputGate =
  | { readonly allow: true }
  | { readonly allow: false; readonly passed: string };

/** A build script that cargo is about to run, or has run. */
export interface BuildScriptRun {
  readonly executable: string;
  /** Output path of the link that made it, which finds its record. */
  readonly linkedOutput: string;
  readonly package: PackageIndex;
  readonly packageId: string;
  readonly outDir: string;
  /** The file that would run. */
  readonly linked: string;
  /** Stands for arguments, directory and environment that it would see. */
  readonly conditions: string;
}

/** What the engine answers while cargo builds. A rejected promise aborts the build (exit 2). */
export interface BuildHandlers {
  /** Does a directory hold what units of cargo's left, so that rustc may look for crates there? */
  holdsUnits(directory: string): Promise<boolean>;
  /** Before rustc starts: what it would load was built by cargo and judged. A gate calls `waits` when a person has to answer. */
  onRustcStart(invocation: RustcInvocation, waits: () => void): Promise<Gate>;
  /** After rustc ended, before cargo hears of it: resolves when the unit's record is durable. */
  onRustcDone(outcome: RustcOutcome): Promise<void>;
  /** The linker's inputs all exist until this resolves; runs beside the real link. */
  onLink(link: LinkRequest): Promise<void>;
  /** After a real link, with the file that it made: before rustc hears of it, and before anybody runs it. */
  onLinked(link: LinkRequest, file: string): Promise<void>;
  /**
   * A refused build script does not run; cargo is told that it succeeded and printed nothing, so that what
   * does not need it is built and judged too. The engine has cargo forget that run when the script may run.
   */
  onBuildScriptStart(run: BuildScriptRun, waits: () => void): Promise<ScriptGate>;
  /** stdout of a build script that exited 0, before cargo sees it. */
  onBuildScriptDone(run: BuildScriptRun, stdout: Buffer, waits: () => void): Promise<OutputGate>;
  /** Names that a build script set by `rustc-env`, found by its OUT_DIR: its package's rustc gets them. */
  variablesOf(outDir: string): readonly string[];
  /** All that build scripts told cargo, as far as is known, in its older spelling (`cargo:X`). */
  scriptInstructions(): readonly string[];
  /** A test or program, by its absolute path, that cargo is about to run through its runner. */
  onProgramStart(executable: string): Promise<ProgramAnswer>;
  /** `compiler-artifact`, after the unit is done or found fresh. */
  onArtifact(artifact: CargoArtifact): void;
  /** `build-script-executed` (fresh ones too): its OUT_DIR finds the record of its output. */
  onBuildScriptExecuted(message: { readonly packageId: string; readonly outDir: string }): void;
  /** The shim of this run; whoever replaced it would answer for rustc. */
  onShim?(path: string): void;
  /** Cargo is running; nothing was asked yet. */
  onCargoStarted?(): void;
  onProgress(progress: BuildProgress): void;
  /** A line for the user from cargo's stderr (warnings, errors), as cargo wrote it. */
  onCargoOutput(text: string): void;
}

/** May a test or program run that cargo hands to its runner? `skip` ends it at once with status 0. */
export type ProgramAnswer =
  | { readonly do: 'skip' }
  | { readonly do: 'refuse'; readonly reason: string }
  | { readonly do: 'run'; readonly package: PackageIndex; readonly isTest: boolean };

/** Cargo's `compiler-artifact` message, the fields in use. */
export interface CargoArtifact {
  readonly packageId: string;
  readonly targetName: string;
  readonly targetKind: readonly string[];
  readonly sourcePath: string;
  readonly isTest: boolean;
  readonly filenames: readonly string[];
  readonly executable: string | undefined;
  readonly fresh: boolean;
}

/** Units built of how many, from cargo's own progress; `total` is 0 until cargo knows. */
export interface BuildProgress {
  readonly built: number;
  readonly total: number;
  readonly current: string;
}

/** What cargo is asked to do. */
export interface BuildRequest {
  readonly workspaceRoot: string;
  /** Where cargo is started: for `test` and `run` the user's directory chooses the package. */
  readonly directory: string;
  /** E.g. `build --keep-going`; then come our own arguments, then {@link cargoArguments}. */
  readonly subcommand: readonly string[];
  readonly cargoArguments: readonly string[];
  /** Undefined when the arguments choose one. */
  readonly profile: string | undefined;
  /** Really link everything (test, run) instead of what a check runs only. */
  readonly linkAll: boolean;
  /** `cargo test` and `cargo run`: what they start comes to the shim, and so do doctests. */
  readonly runsPrograms: boolean;
  /** Goes into the line that the shim adds to `rustc -vV`: a lost store makes cargo rebuild. */
  readonly storeId: string;
  /** The sandboxes that cackle.toml asks for. */
  readonly sandboxes: Sandboxes | undefined;
  readonly colour: boolean;
  readonly showProgress: boolean;
}

/** How cargo ended. `failedUnits` are the package ids of rustc runs that failed by themselves (not refused by a gate). */
export interface BuildOutcome {
  readonly cargoStatus: number | null;
  readonly cargoSignal: string | null;
  readonly failedUnits: readonly string[];
  readonly failedBuildScripts: readonly FailedProgram[];
  /** What a signal ended, or what ended without a word, in words: it was not the sources. */
  readonly killed: readonly string[];
  /** Names of the variables that cargo's configuration gives to all that cargo starts. */
  readonly configVariables: readonly string[];
  /** Sandboxed rustc runs that failed, with their sandbox command lines. */
  readonly failedSandboxedUnits: readonly {
    readonly packageId: string;
    readonly command: readonly string[];
  }[];
}

/** How `cargo test` or `cargo run` ended in the foreground. */
export interface ProgramsOutcome {
  readonly cargoStatus: number | null;
  readonly cargoSignal: string | null;
  /** Sandboxed tests that failed, with their sandbox command lines. */
  readonly failedTests: readonly FailedProgram[];
}

/** A build script or test that ended badly. */
export interface FailedProgram {
  readonly packageId: string;
  /** The end of what it wrote to stderr, or why it could not be started. */
  readonly output: string;
  readonly status: number | undefined;
  readonly signal: number | undefined;
  /** Undefined when it ran without a sandbox. */
  readonly sandboxCommand: readonly string[] | undefined;
  /** What its sandbox kept from it, where that is known. */
  readonly denied?: readonly Denial[] | undefined;
}
