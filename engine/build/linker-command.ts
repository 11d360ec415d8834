/** A file or `-lNAME` of a linker command line; options in force where it stands. */
export type CommandInput = { readonly wholeArchive: boolean } & (
  | { readonly path: string }
  | { readonly library: string; readonly static: boolean }
);

/** A path as an option has it, and absolute. */
export interface WrittenPath {
  readonly written: string;
  readonly path: string;
}

/** What a linker command line (GNU ld options as gcc and lld take them) says about the output. */
export interface LinkerCommand {
  readonly output: string;
  readonly inputs: readonly CommandInput[];
  /** `-L` directories in order, absolute. */
  readonly searched: readonly string[];
  readonly sysroot: string | undefined;
  readonly shared: boolean;
  readonly gcSections: boolean;
  readonly exportsAll: boolean;
  readonly rootSymbols: readonly string[];
  /** `--export-dynamic-symbol`: patterns. */
  readonly exportPatterns: readonly string[];
  /** Is there a version script, which hides what it does not name? */
  readonly versioned: boolean;
  /** Version scripts and dynamic lists, absolute. */
  readonly scripts: readonly string[];
  /** Files and directories from which the link or the output runs programs (`-B`, `-fuse-ld`, `--dynamic-linker`), and system roots. */
  readonly programs: readonly (WrittenPath & { readonly option: string; readonly runs: boolean })[];
  /** Files that the linker writes beside the output: `-Map`. */
  readonly maps: readonly WrittenPath[];
  /** Options that decide where a compiler driver looks for libraries. */
  readonly searchOptions: readonly string[];
  readonly unsupported: readonly string[];
}
