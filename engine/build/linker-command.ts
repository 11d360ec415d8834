/** A file, `-lNAME` or `-framework NAME` of a linker command line, with the options in force at that point. */
export type CommandInput = { readonly wholeArchive: boolean } & (
  | { readonly path: string }
  | { readonly library: string; readonly static: boolean; readonly isFramework?: true }
);

/** A path as the option gives it, and as an absolute path. */
export interface WrittenPath {
  readonly written: string;
  readonly path: string;
}

/** What a linker command line says about the output, whoever's linker it is for. */
export interface LinkerCommand {
  readonly output: string;
  readonly inputs: readonly CommandInput[];
  /** `-L` directories in order, absolute. */
  readonly searched: readonly string[];
  /** `-F` directories, where frameworks are looked for. */
  readonly frameworkPlaces?: readonly string[];
  readonly sysroot: string | undefined;
  readonly shared: boolean;
  /**
   * What the linker leaves out where nothing refers to it: `comdats` are the sections of which link.exe may leave out some, and it
   * keeps all others.
   */
  readonly drops: 'nothing' | 'comdats' | 'sections';
  readonly exportsAll: boolean;
  readonly rootSymbols: readonly string[];
  /** Patterns of `--export-dynamic-symbol`. */
  readonly exportPatterns: readonly string[];
  /** True when there is a version script, which hides every symbol that it does not name. */
  readonly versioned: boolean;
  /** Absolute paths of version scripts and dynamic lists. */
  readonly scripts: readonly string[];
  /**
   * Files and directories from which the link or the output runs programs (`-B`, `-fuse-ld`, `--dynamic-linker`), and
   * system roots.
   */
  readonly programs: readonly (WrittenPath & { readonly option: string; readonly runs: boolean })[];
  /** Files that the linker writes beside the output (`-Map`). */
  readonly maps: readonly WrittenPath[];
  /** Options that decide where a compiler driver looks for libraries. */
  readonly searchOptions: readonly string[];
  readonly unsupported: readonly string[];
}
