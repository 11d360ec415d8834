/** How a file was when it was recorded; all equal means: the same file, unchanged (design, "Facts"). */
export interface FileStamp {
  readonly path: string;
  readonly size: number;
  /** Nanoseconds, as decimal text: a JavaScript number is too short for it. */
  readonly mtime: string;
  readonly inode: string;
}

/** `unsafe` or `extern` in a source of the unit. */
export interface KeywordHit {
  readonly keyword: 'unsafe' | 'extern';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly foundBy: 'lint' | 'token';
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
export const UNIT_RECORD_VERSION = 7;

/** Everything known of one finished rustc run (a *unit*), as JSON in the store. */
export interface UnitRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  readonly packageId: string;
  readonly crateName: string;
  readonly targetName: string;
  readonly kind: 'primary' | 'build-script' | 'test';
  readonly isProcMacro: boolean;
  readonly sourcePath: string;
  readonly outDir: string;
  readonly extraFilename: string;
  /** Paths of the `--extern` files, which lead to the records of what this unit was compiled with. */
  readonly externs: readonly string[];
  /** Every source that rustc read, absolute (dep-info). */
  readonly sources: readonly string[];
  /** Of the sources, and of the files that the unit left. */
  readonly contents: readonly Content[];
  readonly keywords: readonly KeywordHit[];
  readonly outputs: readonly FileStamp[];
  /** Facts of the outputs that are rlibs or archives: path to content hash. */
  readonly archives: readonly { readonly path: string; readonly facts: string }[];
  readonly links: readonly LinkRecord[];
}

/** What a build script printed, found again by its OUT_DIR. */
export interface BuildScriptRecord {
  readonly version: typeof UNIT_RECORD_VERSION;
  readonly packageId: string;
  readonly outDir: string;
  readonly instructions: readonly string[];
  /** What it runs again for when it changes. */
  readonly watched: readonly Content[];
  /** It did not run, or cargo got less than it printed: cargo has to run it again. */
  readonly held: boolean;
  /** Hash of what cargo got, by which it compiled what depends on the script. */
  readonly given: string;
  /** The settings of the sandbox that it ran in, as a text: by others it may fail, or do something else. */
  readonly sandbox: string;
}
