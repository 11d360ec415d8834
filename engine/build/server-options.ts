import type { RunPlaces, Sandboxes } from '../sandbox/sandboxes.ts';
import type { Workspace } from '../workspace/types.ts';
import type { LibraryDirectories } from './system-directories.ts';
import type { BuildHandlers } from './types.ts';

/** What a server needs to know about the run. */
export interface ServerOptions {
  readonly directory: string;
  readonly shim: string;
  readonly workspace: Workspace;
  readonly handlers: BuildHandlers;
  readonly directories: LibraryDirectories;
  readonly userWrapper: string | undefined;
  /** The user's own runner for programs of the target. */
  readonly userRunner: readonly string[] | undefined;
  /** The user's own rustdoc. */
  readonly rustdoc: string;
  /** Names of the variables that cargo's configuration sets: every program gets them, in a sandbox too. */
  readonly configVariables: readonly string[];
  readonly linkAll: boolean;
  /** The major version of rustc's LLVM; undefined when it has none. */
  readonly llvm: number | undefined;
  readonly storeId: string;
  /** Undefined when cackle.toml asks for no sandbox. */
  readonly sandbox: SandboxedRun | undefined;
  /** Called with the first error that makes the check impossible. */
  readonly fail: (error: unknown) => void;
}

/** The sandboxes and the toolchain that they make visible. */
export interface SandboxedRun {
  readonly sandboxes: Sandboxes;
  readonly sysroot: string;
  /** Target triple of the machine. */
  readonly host: string;
}

/** Returns where a sandbox finds the toolchain, and the directory that it hides. */
export function runPlaces(options: ServerOptions, run: SandboxedRun | undefined): RunPlaces {
  return {
    sysroot: run?.sysroot ?? '',
    runDirectory: options.directory,
    variables: options.configVariables,
  };
}
