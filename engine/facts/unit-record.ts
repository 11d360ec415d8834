/** Attributes of a file when it was recorded; when all are equal, it is the same file, unchanged (rule 10.2). */
export interface FileStamp {
  readonly path: string;
  readonly size: number;
  /** Nanoseconds, as decimal text: a JavaScript number is not precise enough. */
  readonly mtime: string;
  /** Nanoseconds too: the last change of the file, its name or its links. Only the system can set it. */
  readonly ctime: string;
  readonly inode: string;
}

/** `unsafe` or `extern` in a source of the unit. */
export interface KeywordHit {
  readonly keyword: 'unsafe' | 'extern';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly foundBy: 'lint' | 'token' | 'macro';
  /** The macros of other packages that lend it, if the hit is a call. */
  readonly macros?: readonly MacroName[];
}

/** A macro by the package that defines it. */
export interface MacroName {
  readonly package: string;
  readonly name: string;
}

/** What a macro adds to its callers, or may do with its arguments; bits. Written by wasm/source-tokens/src/json.rs. */
export const Lends = {
  /** Code of the caller is put where unsafe operations are allowed. */
  callerInUnsafe: 1,
  linkage: 2,
  foreign: 4,
  /** It makes a lone `extern` a declaration. */
  joins: 8,
  /** It calls macros whose names are its arguments. */
  applies: 16,
  /** It defines a macro whose name is an argument. */
  defines: 32,
  /** It makes an argument a new name of an existing item. */
  renames: 64,
} as const;

/** How a macro is called; bits. */
export const CallHas = { callersTokens: 1, bareExtern: 2, arguments: 4 } as const;

/** The macros in the sources of a unit: definitions, renames and calls. */
export interface UnitMacros {
  /** Name, 1 where other crates may call it, {@link Lends}, and what it calls with {@link CallHas}. */
  readonly defined: readonly (readonly [
    name: string,
    exported: number,
    lends: number,
    calls: readonly (readonly [name: string, has: number])[],
  ])[];
  /** `NAME as OTHER`. */
  readonly renamed: readonly (readonly [other: string, name: string])[];
  /** Files with calls. */
  readonly files: readonly string[];
  /** By the last segment of the path; of each place: index in `files`, line, column, {@link CallHas}. */
  readonly calls: readonly (readonly [name: string, places: readonly number[]])[];
  /** The names among the arguments of a called macro; 0 for too many. */
  readonly names: readonly (readonly [name: string, names: readonly string[] | 0])[];
}

/** One input of a recorded link. */
export interface LinkInput {
  /** Path of the file; of the first when several own objects were read as one input. */
  readonly path: string;
  /** Kind of the file by its content. */
  readonly kind: 'object' | 'archive';
  readonly wholeArchive: boolean;
  /** Content hash that names the facts of this input. */
  readonly facts: string;
  /** True for an object that rustc made for this unit. */
  readonly own: boolean;
  /** The library of which rustc made this input for the link; its maker answers for it (rule 9.15). */
  readonly partOf?: string | undefined;
  readonly stamp?: FileStamp | undefined;
}

/** The inputs of one output: enough to join it again without the linker. */
export interface LinkRecord {
  /** Format of all objects in it. */
  readonly format: 'elf' | 'coff' | 'mach-o';
  readonly outputKind: 'executable' | 'shared' | 'proc-macro' | 'static-library';
  readonly output: string;
  readonly inputs: readonly LinkInput[];
  /** Shared objects and files of the C runtime, of which only the names matter. */
  readonly runtime: readonly string[];
  /** What the linker left out where nothing refers to it. */
  readonly drops: 'nothing' | 'comdats' | 'sections';
  readonly rootSymbols: readonly string[];
  readonly exportPatterns: readonly string[];
  readonly exportsAll: boolean;
  /** Symbols that the linker kept and the join called dead; with them as roots it agrees with the linker. */
  readonly kept: readonly { readonly name: string; readonly file?: string | undefined }[];
}

/** The `contentHash` of a file, or of a directory with all in it; used by `--verify` only. */
export interface Content {
  readonly path: string;
  readonly hash: string;
}

/** The settings (`cfg`) of a unit, as far as its command line says: rustc has its own for these options. */
export interface RecordedCfg {
  readonly rustc: string;
  readonly cwd: string;
  readonly toolchain?: string | undefined;
  readonly options: readonly string[];
  readonly settings: readonly string[];
}

/** A variable or file that code asks for while it is compiled, with the place in the unit's sources that names it. */
export interface CompileRead {
  /** The variable; the path of the file, absolute, symbolic links resolved. */
  readonly name: string;
  /** The root of the crate where its sources do not name it: a macro of another package does. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
  /** True of a file that, by what we know of it, rustc's sandbox hid: it found the file all the same. */
  readonly wasHidden?: true | undefined;
}

/** Bump when a field or its meaning changes; older records are treated as absent. */
export const UNIT_RECORD_VERSION = 26;

/** The record of one finished rustc run (a *unit*), as JSON in the store. */
export interface UnitRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  readonly packageId: string;
  readonly crateName: string;
  readonly targetName: string;
  readonly kind: 'primary' | 'build-script' | 'test';
  /** What `--target` named; absent when cargo built it for this machine. */
  readonly target?: string | undefined;
  /**
   * True when the function around a reference tells whose it is where debug info has no line for it: unoptimised code for
   * MSVC (rule 12.8).
   */
  readonly toldByFunctions?: true | undefined;
  /** What decided which of its code was compiled; absent when that is not known. */
  readonly cfg?: RecordedCfg | undefined;
  readonly isProcMacro: boolean;
  /** True when its `main` is rustc's test harness. */
  readonly hasHarness: boolean;
  readonly sourcePath: string;
  readonly outDir: string;
  readonly extraFilename: string;
  /** Paths of the `--extern` files, by which the records of its dependencies are found. */
  readonly externs: readonly string[];
  /** Every source that rustc read, absolute (dep-info). */
  readonly sources: readonly string[];
  /** Hashes of the sources, and of the files that the unit wrote. */
  readonly contents: readonly Content[];
  /** Variables that the code reads (`env!`), and whether rustc's sandbox, which cargo does not know, let it see them. */
  readonly variables: readonly { readonly name: string; readonly seen: boolean }[];
  /** Ids of the packages whose proc macros rustc could load, and what was open to it of its sandbox, as a text to compare. */
  readonly loaded: { readonly macros: readonly string[]; readonly opened: string };
  /** What the code asks for that neither cargo nor its own package gives it (rule 4.27); files: see `compile-reads.ts`. */
  readonly reads: { readonly env: readonly CompileRead[]; readonly files: readonly CompileRead[] };
  readonly keywords: readonly KeywordHit[];
  readonly macros: UnitMacros;
  readonly outputs: readonly FileStamp[];
  /** Facts of the outputs that are rlibs or archives: path to content hash. */
  readonly archives: readonly { readonly path: string; readonly facts: string }[];
  readonly links: readonly LinkRecord[];
  /** True of a unit that a command of cargo's compiled behind the gates: a check takes none of them. */
  readonly gated?: true | undefined;
  /** True when rustc got what cargo asked of it and nothing of the unit is judged: known is only what it was compiled with. */
  readonly asGiven?: true | undefined;
}

/**
 * Why cargo got less of a build script than it would print: it did not run (`run`); instructions were taken out; its
 * output is not UTF-8 (`output`).
 */
export type HeldBack = 'run' | 'instructions' | 'output';

/** The output of a build script with its inputs: while these are unchanged it would print the same. */
export interface Said {
  readonly stdout: string;
  /** Hash of the program. */
  readonly program: string;
  /** Hash of arguments, directory and environment. */
  readonly conditions: string;
  /** Hash of the files that it left in OUT_DIR, by sizes and times. */
  readonly left: string;
}

/** The record of a run of a build script, found by its OUT_DIR. */
export interface BuildScriptRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  readonly packageId: string;
  readonly outDir: string;
  /** Output path of the link that made the script, by which its unit is found. */
  readonly linkedOutput: string;
  readonly instructions: readonly string[];
  /** Files and directories whose change makes cargo run it again. */
  readonly watched: readonly Content[];
  /** While it is set, cargo takes the run, and units compiled without it, for fresh; once it is allowed, all are built again. */
  readonly held?: HeldBack | undefined;
  /** The instructions that were taken out. */
  readonly withheld: readonly string[];
  /** Its whole output, when instructions are held. */
  readonly said?: Said | undefined;
  /** Hash of the cackle.toml by which it was held; with the same one it still is. */
  readonly heldBy?: string | undefined;
  /** The settings of its sandbox, as a text: with others it may fail, or do something else. */
  readonly sandbox: string;
  /** Of a run by a command of cargo's behind the gates: no check takes it. */
  readonly gated?: true | undefined;
}

/** What a traced program did in one run; what reads `seen` knows its form by `traceVersion`. */
export interface TraceRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  readonly traceVersion: number;
  readonly name: string;
  /** By which the run is told from others of the same program. */
  readonly identity: string;
  readonly seen: string;
}

/** A compilation that failed because a build script that it needs is held. */
export interface FailureRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  /** Identifies the unit. */
  readonly name: string;
  /** Hash of all inputs of the compilation, and of what was held. */
  readonly cause: string;
}
