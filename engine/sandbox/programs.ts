import type { CrateKind, Package } from '../workspace/types.ts';
import type { CargoInside } from './cargo-inside.ts';

/** A program that cargo or rustc wants to run. */
export interface SandboxedProgram {
  readonly package: Package;
  /** The program, by its path inside, and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: ReadonlyMap<string, string>;
  /** Names of further variables that it gets, such as those that a build script set by `rustc-env`. */
  readonly ownVariables?: readonly string[];
  /** What stands in cargo's place; cargo itself when absent. */
  readonly cargo?: CargoInside | undefined;
}

/** A run of a build script. */
export interface BuildScriptProgram extends SandboxedProgram {
  /** Its path inside. */
  readonly executable: string;
  /** The linked file that is mounted there. */
  readonly linked: string;
  readonly outDir: string;
}

/** A run of rustc for a unit. */
export interface RustcProgram extends SandboxedProgram {
  readonly outDir: string;
  /** The user's own wrappers of rustc. */
  readonly wrappers: readonly string[];
  /** `-C incremental` */
  readonly incremental: string | undefined;
  /** Ids of the packages whose proc macros it may load: it gets what these were granted. */
  readonly macros: readonly string[];
  /** By which cackle.toml allows it files outside of the package. */
  readonly kind: CrateKind;
  /** Further files that it reads: the shim, the directory of its socket. */
  readonly reads: readonly string[];
  /** The socket on which it asks for links; absent where it links nothing. */
  readonly socket?: string;
}

/** A run of the linker for a unit of a sandboxed rustc. */
export interface LinkerProgram extends SandboxedProgram {
  /** The directory of its output, where no sandboxed rustc can write. */
  readonly directory: string;
}

/** Directories and variables of one cargo run. */
export interface RunPlaces {
  readonly sysroot: string;
  /** Holds the engine's socket. */
  readonly runDirectory: string;
  /** Names of the variables that the user's configuration of cargo sets for all programs. */
  readonly variables: readonly string[];
}
