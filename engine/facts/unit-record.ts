/** How a file was when it was recorded; all equal means: the same file, unchanged (rule 10.2). */
export interface FileStamp {
  readonly path: string;
  readonly size: number;
  /** Nanoseconds, as decimal text: a JavaScript number is too short for it. */
  readonly mtime: string;
  /** The same, of the last change of the file, its name or its links: nobody but the system can set it. */
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
  /** The macros of other packages that lend it, where one is called. */
  readonly macros?: readonly MacroName[];
}

/** A macro by the package that defines it. */
export interface MacroName {
  readonly package: string;
  readonly name: string;
}

/** What a macro gives to its callers, or may do with what it is given; bits. Written by wasm/source-tokens/src/json.rs. */
export const Lends = {
  /** Code of the caller's stands where unsafe operations are allowed. */
  callerInUnsafe: 1,
  linkage: 2,
  foreign: 4,
  /** It makes a lone `extern` a declaration. */
  joins: 8,
  /** It calls macros by the names that it is given. */
  applies: 16,
  /** It defines a macro by a name that it is given. */
  defines: 32,
  /** It gives such a name to something that is there. */
  renames: 64,
} as const;

/** How a macro is called; bits. */
export const CallHas = { callersTokens: 1, bareExtern: 2, arguments: 4 } as const;

/** What the sources of a unit say of macros. */
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
  /** Files in which something is called. */
  readonly files: readonly string[];
  /** By the last segment of the path; of each place: index in `files`, line, column, {@link CallHas}. */
  readonly calls: readonly (readonly [name: string, places: readonly number[]])[];
  /** The names among the arguments of a macro that is called; 0 for too many to tell. */
  readonly names: readonly (readonly [name: string, names: readonly string[] | 0])[];
}

/** One input of a recorded link. */
export interface LinkInput {
  /** Where several own objects were read as one input, the path of the first. */
  readonly path: string;
  /** What the file is, whatever its name says. */
  readonly kind: 'object' | 'archive';
  readonly wholeArchive: boolean;
  /** Content hash that names the facts of this input. */
  readonly facts: string;
  /** An object that rustc made for this unit; all else was there already. */
  readonly own: boolean;
  readonly stamp?: FileStamp | undefined;
}

/** What went into one output, enough to join it again without the linker. */
export interface LinkRecord {
  readonly outputKind: 'executable' | 'shared' | 'proc-macro' | 'static-library';
  readonly output: string;
  readonly inputs: readonly LinkInput[];
  /** Shared objects and files of the C runtime, of which only the names matter. */
  readonly runtime: readonly string[];
  readonly gcSections: boolean;
  readonly rootSymbols: readonly string[];
  readonly exportPatterns: readonly string[];
  readonly exportsAll: boolean;
  /** Symbols that the linker kept and the join called dead; with them as roots it agrees with the linker. */
  readonly kept: readonly { readonly name: string; readonly file?: string | undefined }[];
}

/** What a file, or a directory with all in it, held: `contentHash`. Only `--verify` asks. */
export interface Content {
  readonly path: string;
  readonly hash: string;
}

/** Bump when a field or its meaning changes; older records are treated as absent. */
export const UNIT_RECORD_VERSION = 15;

/** Everything known of one finished rustc run (a *unit*), as JSON in the store. */
export interface UnitRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  readonly packageId: string;
  readonly crateName: string;
  readonly targetName: string;
  readonly kind: 'primary' | 'build-script' | 'test';
  readonly isProcMacro: boolean;
  /** Its `main` is of rustc's test harness. */
  readonly hasHarness: boolean;
  readonly sourcePath: string;
  readonly outDir: string;
  readonly extraFilename: string;
  /** Paths of the `--extern` files, which lead to the records of what this unit was compiled with. */
  readonly externs: readonly string[];
  /** Every source that rustc read, absolute (dep-info). */
  readonly sources: readonly string[];
  /** Of the sources, and of the files that the unit left. */
  readonly contents: readonly Content[];
  /** Variables for which the code asks, and whether it could see them: the sandbox of rustc decides, of which cargo knows nothing. */
  readonly variables: readonly { readonly name: string; readonly seen: boolean }[];
  readonly keywords: readonly KeywordHit[];
  readonly macros: UnitMacros;
  readonly outputs: readonly FileStamp[];
  /** Facts of the outputs that are rlibs or archives: path to content hash. */
  readonly archives: readonly { readonly path: string; readonly facts: string }[];
  readonly links: readonly LinkRecord[];
}

/**
 * Why cargo has less of a build script than it would say: it did not run; instructions were taken out; what it printed is
 * no text.
 */
export type HeldBack = 'run' | 'instructions' | 'output';

/** What a build script said, and how it came to: as long as nothing of that changes it would say the same. */
export interface Said {
  readonly stdout: string;
  /** Hash of the program. */
  readonly program: string;
  /** Stands for arguments, directory and environment. */
  readonly conditions: string;
  /** Stands for what it left in OUT_DIR, by sizes and times. */
  readonly left: string;
}

/** What a build script printed, found again by its OUT_DIR. */
export interface BuildScriptRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  readonly packageId: string;
  readonly outDir: string;
  /** Output path of the link that made it, which finds its unit. */
  readonly linkedOutput: string;
  readonly instructions: readonly string[];
  /** What it runs again for when it changes. */
  readonly watched: readonly Content[];
  /** While that is so, cargo has it and all that was compiled without it for fresh, and so it is; then all of it is built again. */
  readonly held?: HeldBack | undefined;
  /** The instructions that were taken out. */
  readonly withheld: readonly string[];
  /** Where instructions are held: all of what it said. */
  readonly said?: Said | undefined;
  /** Hash of the cackle.toml by which it was held: by the same it is still. */
  readonly heldBy?: string | undefined;
  /** The settings of the sandbox that it ran in, as a text: by others it may fail, or do something else. */
  readonly sandbox: string;
}

/** A compilation that failed for lack of what a held build script would have given. */
export interface FailureRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  /** Stands for the unit. */
  readonly name: string;
  /** Hash of all that it was compiled of, and of what was held back. */
  readonly cause: string;
}
