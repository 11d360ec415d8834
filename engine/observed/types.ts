/** What traced programs did, and what cackle.toml and their code say of it. */
import type { PermissionScope } from '../config/types.ts';
import type { UnnamedAct } from '../problems/kinds/unnamed-act.ts';
import type { SourcePlace } from '../problems/places.ts';
import type { Unchecked } from '../problems/report.ts';

/**
 * `read`, `write`: a file or directory; `start`: a program; `connect`, `bind`, `send`: an address; `ask`: a name of DNS; `socket`: one that was
 * refused; `call`: a call by which more could be done than can be seen, or something to another process.
 */
export type ActKind =
  | ('read' | 'write' | 'start' | 'connect' | 'bind' | 'send' | 'ask' | 'socket')
  | 'call';

/** `denied`: by permissions or the sandbox; `hidden`: the sandbox shows an empty place; `missing`: nothing is there. */
export type ActResult = 'done' | 'denied' | 'hidden' | 'missing' | 'failed';

/** One act, as a trace has it. Paths are as the program sees them. */
export interface SeenAct {
  readonly what: ActKind;
  /** A path, address, name or system call. */
  readonly of: string;
  /** The program that did it, when it is not the traced one but one that this started. */
  readonly by: string | undefined;
  readonly result: ActResult;
  /** The traced program may have written `by` itself. */
  readonly made?: true;
  /** `by` is rustc's linker, or what that started. */
  readonly apart?: true;
}

/** An act outside of a program's own places, by the path outside of its sandbox. */
export interface Act extends SeenAct {
  /** Whose place it is: `package NAME`, `target directory`, `home`, `system`, `toolchain`, `temporary`, `own package`. */
  readonly where: string | undefined;
  /** The built-in API that stands for it; undefined for a `call`. */
  readonly api: string | undefined;
}

/** All acts of one program, each once. */
export interface Acts {
  /** Sorted. */
  readonly outside: readonly Act[];
  /** Files of the system and the toolchain that were read. */
  readonly systemFiles: number;
  /** APIs of what it did itself, in its own places too. */
  readonly apis: ReadonlySet<string>;
}

/** Code that uses an API, of one package. */
export interface May {
  readonly packageLabel: string;
  readonly scope: PermissionScope;
  readonly api: string;
  /** Does cackle.toml allow it? */
  readonly allowed: boolean;
  /** The first places, by file and line. */
  readonly places: readonly (SourcePlace & { readonly target: string })[];
  readonly morePlaces: number;
}

/** A program with what it may do and what it did. */
export interface ObservedProgram {
  readonly kind: 'build script' | 'test' | 'rustc';
  readonly packageLabel: string;
  readonly packageName: string;
  /** Cargo's name of its target. */
  readonly targetName: string;
  readonly sandbox: 'Bubblewrap' | 'Landlock' | 'Disabled';
  /** For rustc: the proc macros that it loads. */
  readonly loads: readonly string[];
  readonly may: readonly May[];
  readonly did: readonly Act[];
  readonly systemFiles: number;
  /** The variables that are known to be read, by what a build script tells cargo or by dep-info. strace sees none. */
  readonly variables: readonly string[];
}

/** A permission for something that the code can do and no traced program did. */
export interface NeverDone {
  readonly scope: PermissionScope;
  readonly api: string;
}

/** What `cackle trace` found. */
export interface Observed {
  readonly strace: string;
  readonly targets: readonly string[];
  readonly programs: readonly ObservedProgram[];
  readonly problems: readonly UnnamedAct[];
  readonly neverDone: readonly NeverDone[];
  /** APIs of the acts that cackle.toml does not define: for these, no code is known. */
  readonly unwatched: readonly string[];
  /** What did not run, or failed. */
  readonly unchecked: readonly Unchecked[];
  /** Problems of the check itself: `cackle -n` shows them. */
  readonly otherProblems: number;
}
