import type { RunPlaces } from '../sandbox/programs.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { Workspace } from '../workspace/types.ts';
import type { NestedCargo } from './nested-cargo.ts';
import type { ProgramTracer } from './program-tracer.ts';
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
  /** The user's own rustc, where ours stands in its place. */
  readonly rustc?: string | undefined;
  /** The user's own rustdoc. */
  readonly rustdoc: string;
  /** Names of the variables that cargo's configuration sets: every program gets them, in a sandbox too. */
  readonly configVariables: readonly string[];
  readonly linkAll: boolean;
  /** The major version of rustc's LLVM; undefined when it has none. */
  readonly llvm: number | undefined;
  readonly storeId: string;
  /** Resolves when the rest of these options may be read: until a unit is compiled, most of them are not needed. */
  readonly ready?: (() => Promise<void>) | undefined;
  /** What a subcommand that is none of cargo's must leave as it is, and which command lines of cargo are refused. */
  readonly innerCargo?: InnerCargo | undefined;
  /** What programs find in cargo's place when they start cargo by themselves. */
  readonly nested: NestedCargo;
  /** Undefined when cackle.toml asks for no sandbox. */
  readonly sandbox: SandboxedRun | undefined;
  /** Records what programs do, when somebody asks for it. */
  readonly tracer?: ProgramTracer | undefined;
  /** Called with the first error that makes the check impossible. */
  readonly fail: (error: unknown) => void;
}

/** How cargo is started by another program behind the gates. */
export interface InnerCargo {
  /** The user's cargo, and the PATH on which ours does not stand in front. */
  readonly program: string;
  readonly path: string;
  /** The variables by which what cargo starts gets to the gates. */
  readonly variables: Readonly<Record<string, string>>;
  /** Throws CheckError for a command line that cannot be behind the gates. */
  refuse(args: readonly string[], directory: string): Promise<void>;
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
