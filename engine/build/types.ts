import type { Denial } from '../sandbox/denied.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { Platform } from '../workspace/platform.ts';
import type { CrateKind, PackageIndex } from '../workspace/types.ts';
import type { LinkerCommand } from './linker-command.ts';
import type { ProgramTracer } from './program-tracer.ts';

/** One `--extern NAME=PATH` of a rustc command line; crates of the sysroot have no path. */
export interface Extern {
  readonly name: string;
  readonly path: string | undefined;
}

/** A compilation that cargo requested of rustc: one *unit*. Paths are absolute. */
export interface RustcInvocation {
  /** Unique within one check. */
  readonly id: number;
  readonly package: PackageIndex;
  /** Package id of `cargo metadata`, which stays the same when the index changes. */
  readonly packageId: string;
  readonly crateName: string;
  readonly crateTypes: readonly string[];
  readonly kind: CrateKind;
  readonly targetName: string;
  readonly sourcePath: string;
  readonly outDir: string;
  /** OUT_DIR of the package's build script, whose output affects the compilation; undefined when it has none. */
  readonly scriptOutDir: string | undefined;
  readonly extraFilename: string;
  readonly externs: readonly Extern[];
  readonly cwd: string;
  /** What `--target` names: a triple or specification. Undefined for a unit that cargo builds for this machine. */
  readonly target: string | undefined;
  readonly platform: Platform;
  readonly isOptimised: boolean;
  readonly isProcMacro: boolean;
  /** False when only metadata is written. */
  readonly emitsCode: boolean;
  /** True when compiled with `--test`: rustc's test harness then provides the program's `main`. */
  readonly hasHarness: boolean;
  /** What decides which of its code is compiled; undefined when that cannot be determined. */
  readonly cfg: UnitCfg | undefined;
  /** Hash of its command line and environment, without what only affects printing. */
  readonly commandHash: string;
}

/** What decides which parts of a unit's sources are compiled. */
export interface UnitCfg {
  /** The compiler that cargo runs. */
  readonly rustc: string;
  readonly cwd: string;
  readonly toolchain: string | undefined;
  /** Options of its command line that affect the settings that rustc has by default. */
  readonly options: readonly string[];
  /** Settings on its command line, in the form of `rustc --print cfg`. */
  readonly settings: readonly string[];
}

/** A variable that a unit's code reads with `env!` or `option_env!`. */
export interface QueriedVariable {
  readonly name: string;
  /** False when rustc's sandbox hides it, whether it is set or not. */
  readonly seen: boolean;
}

/** A lint hit from rustc's JSON diagnostics; line and column count from 1. */
export interface LintHit {
  readonly lint: 'unsafe_code' | 'missing_unsafe_on_extern';
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A finished compilation. `outputs` are its files that exist (rlib, rmeta, staticlib …). */
export interface RustcOutcome {
  readonly invocation: RustcInvocation;
  readonly success: boolean;
  /** True when it failed for another reason than its sources: it was killed, or a linker failed. */
  readonly disturbed: boolean;
  readonly lints: readonly LintHit[];
  readonly depInfo: string | undefined;
  readonly variables: readonly QueriedVariable[];
  /** Ids of the packages whose proc macros rustc could load. */
  readonly macros: readonly string[];
  /** What was open of rustc's sandbox to this unit and not to others, as `Sandboxes.openedTo` tells it. */
  readonly opened: string;
  /** Does its sandbox hide the file at an absolute path? */
  readonly hides: (path: string) => boolean;
  /** Variables that the code asks for and that neither cargo nor the package's own build script sets. */
  readonly asked: readonly string[];
  /** Files that the user's flags have rustc read: measured profiles. */
  readonly profiles: readonly string[];
  /** Directories of `-L` in which rustc looked for native libraries. */
  readonly nativeDirectories: readonly string[];
  readonly outputs: readonly string[];
}

/** The kind of file that a link produces. */
export type OutputKind = 'executable' | 'shared' | 'proc-macro' | 'static-library';

/** A parsed linker command line. Paths are absolute. */
export interface LinkRequest {
  readonly invocation: RustcInvocation;
  readonly outputKind: OutputKind;
  readonly output: string;
  /** Objects, archives and rlibs in order, with their kinds; `wholeArchive` when that option was in force. */
  readonly inputs: readonly {
    readonly path: string;
    readonly kind: 'object' | 'archive';
    readonly wholeArchive: boolean;
    /** True for an object that rustc made for this unit, false for one that the command line added. */
    readonly own: boolean;
  }[];
  /** Shared objects that the output loads: their code is not part of it. */
  readonly shared: readonly string[];
  /**
   * Files of the C runtime. Like shared objects, they call the program's functions by name, and their own code is not
   * judged.
   */
  readonly runtime: readonly string[];
  /** What the linker leaves out where nothing refers to it. */
  readonly drops: LinkerCommand['drops'];
  /** Extra roots: `-u`, `-e`, `--init`, `--fini`, `--require-defined`. */
  readonly rootSymbols: readonly string[];
  /** Patterns of a version script, dynamic list or `--export-dynamic-symbol`, `*` allowed; empty when none. */
  readonly exportPatterns: readonly string[];
  /**
   * True with `-rdynamic`, `--export-dynamic`, or a shared object without version script: every global of default
   * visibility is a root.
   */
  readonly exportsAll: boolean;
  /**
   * Why this command line cannot be judged (unknown option that adds code, unreadable script …). Any entry makes the
   * check fail.
   */
  readonly unsupported: readonly string[];
}

/** The engine's answer to a gate. A refusal has the one line that the shim prints. */
export type Gate = { readonly allow: true } | Refusal;

/**
 * The same for a compilation. `asGiven`: nothing of the unit is judged, so rustc gets what cargo asked of it, and only whether it
 * loads macros matters: what those print must not pass for a message of cargo's. With `isTold` the engine hears how it ended.
 */
export type RustcGate =
  | {
      readonly allow: true;
      readonly asGiven?: { readonly loadsMacros: boolean; readonly isTold?: boolean };
    }
  | Refusal;

/** Why a program may not start. */
export interface Refusal {
  readonly allow: false;
  readonly reason: string;
  /** True when problems hold the program back: the report says which. */
  readonly isHeld?: boolean;
  /**
   * True where no report follows: a build script fails, where cargo would otherwise be told that it printed nothing, and for rustc
   * the reason is a diagnostic, which cargo passes on like others.
   */
  readonly fails?: boolean;
}

/**
 * The same for a build script. `said` is the output that it would print, when that is known: the script then does not
 * run.
 */
export type ScriptGate = { readonly allow: true; readonly said?: string } | Refusal;

/** What cargo gets of a build script's output: all of it, or only `passed` when instructions are held back, or a failure. */
export type OutputGate =
  | { readonly allow: true }
  | { readonly allow: false; readonly passed: string }
  | { readonly allow: false; readonly fails: string };

/** A build script that cargo is about to run or has run. */
export interface BuildScriptRun {
  readonly executable: string;
  /** Output path of the link that produced it, by which its record is found. */
  readonly linkedOutput: string;
  readonly package: PackageIndex;
  readonly packageId: string;
  readonly outDir: string;
  /** The file that would run. */
  readonly linked: string;
  /** Identifies the arguments, directory and environment that it would get. */
  readonly conditions: string;
}

/** The engine's answers while cargo builds. A rejected promise aborts the build (exit 2). */
export interface BuildHandlers {
  /** Resolves to whether a directory holds outputs of cargo's units, so that rustc may look for crates there. */
  holdsUnits(directory: string): Promise<boolean>;
  /**
   * Resolves to the directory in which the loader may look in place of one in the target or build directory; undefined when
   * no program needs a shared library of it.
   */
  loaderPlace(directory: string): Promise<string | undefined>;
  /**
   * Called before rustc starts. Resolves when cargo has built, and the engine has judged, everything that rustc would
   * load. Calls `waits` when a person has to answer.
   */
  onRustcStart(invocation: RustcInvocation, waits: () => void): Promise<RustcGate>;
  /** Returns the ids of the packages whose proc macros rustc may load for a unit. Call it when {@link onRustcStart} allowed it. */
  macrosOf(unit: Pick<RustcInvocation, 'externs'>): readonly string[];
  /**
   * Called after rustc ended and before cargo learns of it. Resolves when the unit's record is on disk; to a refusal, where
   * cargo is to be told that the unit failed.
   */
  onRustcDone(outcome: RustcOutcome): Promise<Refusal | undefined>;
  /** Called before rustdoc documents a crate with these libraries, and with the proc macros that it loads. */
  onRustdocStart?(libraries: readonly string[], waits: () => void): Promise<Gate>;
  /** Called when a link begins, and runs beside the real link. All inputs of the linker exist until this resolves. */
  onLink(link: LinkRequest): Promise<void>;
  /** Called after a real link with the linked file, before rustc learns of it and before anything runs the file. */
  onLinked(link: LinkRequest, file: string): Promise<void>;
  /**
   * Called before a build script runs. A refused script does not run; cargo is told that it succeeded and printed
   * nothing, so that everything that does not need it is still built and judged. The engine makes cargo run it again
   * once it is allowed.
   */
  onBuildScriptStart(run: BuildScriptRun, waits: () => void): Promise<ScriptGate>;
  /** Called with the stdout of a build script that exited with 0, before cargo sees it. */
  onBuildScriptDone(run: BuildScriptRun, stdout: Buffer, waits: () => void): Promise<OutputGate>;
  /** Returns the names that a build script set with `rustc-env`, by its OUT_DIR. The rustc of its package gets them. */
  variablesOf(outDir: string): readonly string[];
  /** Is it known what a build script sets? False for one that is held, or whose output cannot be read. */
  hasSpoken(outDir: string): boolean;
  /** Returns all known instructions that build scripts gave cargo, in the older spelling (`cargo:X`). */
  scriptInstructions(): readonly string[];
  /** Called for a test or program, by its absolute path, that cargo is about to run through its runner. */
  onProgramStart(executable: string): Promise<ProgramAnswer>;
  /** Called for a `compiler-artifact` message, after the unit is built or found fresh. */
  onArtifact(artifact: CargoArtifact): void;
  /**
   * Called for a `build-script-executed` message, also of a fresh script; OUT_DIR identifies the record of its
   * output.
   */
  onBuildScriptExecuted(message: { readonly packageId: string; readonly outDir: string }): void;
  /** Called with the path of this run's shim: a program that replaced the file could answer in rustc's place. */
  onShim?(path: string): void;
  /** Called when cargo runs and no shim has asked anything yet. */
  onCargoStarted?(): void;
  onProgress(progress: BuildProgress): void;
  /** Called for a line of cargo's stderr that is for the user (a warning or error), unchanged. */
  onCargoOutput(text: string): void;
}

/** Whether a test or program that cargo passes to its runner may run. `skip` ends it at once with status 0. */
export type ProgramAnswer =
  | { readonly do: 'skip' }
  | { readonly do: 'refuse'; readonly reason: string }
  | { readonly do: 'run'; readonly package: PackageIndex; readonly isTest: boolean };

/** The fields in use of cargo's `compiler-artifact` message. */
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

/** Number of units built, and of all units, from cargo's own progress; `total` is 0 until cargo knows. */
export interface BuildProgress {
  readonly built: number;
  readonly total: number;
  readonly current: string;
}

/** What cargo has to build or run. */
export interface BuildRequest {
  readonly workspaceRoot: string;
  /** The directory in which cargo starts: for `test` and `run`, the user's directory chooses the package. */
  readonly directory: string;
  /** E.g. `build --keep-going`; followed by our own arguments, then {@link cargoArguments}. */
  readonly subcommand: readonly string[];
  readonly cargoArguments: readonly string[];
  /** Undefined when the arguments choose one. */
  readonly profile: string | undefined;
  /** True to really link every output (test, run), not only those that a check runs. */
  readonly linkAll: boolean;
  /** True for `cargo test` and `cargo run`: the programs that they start, and doctests, go to the shim. */
  readonly runsPrograms: boolean;
  /** Part of the line that the shim adds to `rustc -vV`, so that cargo rebuilds after the store was lost. */
  readonly storeId: string;
  /** The sandboxes that cackle.toml asks for. */
  readonly sandboxes: Sandboxes | undefined;
  readonly configFile: string;
  /** True where a check may have several builds: each leaves files of its own, where cargo would overwrite another's. */
  readonly keepsApart: boolean;
  readonly colour: boolean;
  readonly showProgress: boolean;
  readonly tracer?: ProgramTracer | undefined;
  /** True where stdout is for a report: what tests print there goes to stderr. */
  readonly keepsStdout?: boolean | undefined;
}

/** How cargo ended. `failedUnits` are the package ids of rustc runs that failed without being refused by a gate. */
export interface BuildOutcome {
  readonly cargoStatus: number | null;
  readonly cargoSignal: string | null;
  readonly failedUnits: readonly string[];
  readonly failedBuildScripts: readonly FailedProgram[];
  /** Descriptions of programs that a signal ended, or that ended without a message: the sources are not at fault. */
  readonly killed: readonly string[];
  /** Names of the variables that cargo's configuration sets for every program that cargo starts. */
  readonly configVariables: readonly string[];
  /** Sandboxed rustc runs that failed, with their sandbox command lines. */
  readonly failedSandboxedUnits: readonly FailedSandboxedUnit[];
}

/** A rustc, or a rustdoc, that failed in its sandbox. */
export interface FailedSandboxedUnit {
  readonly packageId: string;
  readonly kind: CrateKind;
  readonly target: string | undefined;
  /** The command line of its sandbox. */
  readonly command: readonly string[];
  /** Ids of the packages whose proc macros rustc could load. */
  readonly macros: readonly string[];
  readonly missed: MissedByRustc;
}

/** What the sandbox of rustc kept from code that did not compile. */
export interface MissedByRustc {
  /** Files that code includes and that lie in hidden places, by the absolute path that it has for them. */
  readonly files: readonly {
    readonly path: string;
    readonly place: { readonly file: string; readonly line: number; readonly column: number };
  }[];
  /** Files that code includes by a name in a hidden place, which leads to one that is shown. */
  readonly links: readonly string[];
  /** Variables that code cannot do without. */
  readonly variables: readonly string[];
  /** What proc macros were denied. */
  readonly denied: readonly Denial[];
  /** True where a proc macro or the linker failed, which may be for want of what the sandbox hides though none says so. */
  readonly mayBeSandbox: boolean;
}

/** How `cargo test` or `cargo run` ended in the foreground. */
export interface ProgramsOutcome {
  readonly cargoStatus: number | null;
  readonly cargoSignal: string | null;
  /** Sandboxed tests that failed, with their sandbox command lines. */
  readonly failedTests: readonly FailedProgram[];
}

/** A build script or test that failed. */
export interface FailedProgram {
  readonly packageId: string;
  /** For a build script: the target that it ran for, when that is another than this machine. */
  readonly target?: string | undefined;
  /** How to go on, when it failed for want of a C compiler for that target. */
  readonly compilerAdvice?: string | undefined;
  /** The end of its stderr, or why it could not start. */
  readonly output: string;
  readonly status: number | undefined;
  readonly signal: number | undefined;
  /** Undefined when it ran without a sandbox. */
  readonly sandboxCommand: readonly string[] | undefined;
  /** What its sandbox denied to it, when that is known. */
  readonly denied?: readonly Denial[] | undefined;
}
