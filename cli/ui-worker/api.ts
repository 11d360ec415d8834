import type { CheckOptions } from '../../engine/check/options.ts';
import type { CheckPhase } from '../../engine/editing/interactive.ts';
import type { Severity } from '../../engine/problems/descriptor.ts';
import type { Kind } from '../../engine/problems/kinds.ts';
import type { CheckProgress } from '../../engine/problems/progress.ts';

// The data that the threads of the terminal UI exchange. All texts are printable already; `file` alone is a real path.

/** An open problem as a list shows it. */
export interface Item {
  readonly id: string;
  readonly severity: Severity;
  readonly kind: Kind;
  /** The heading for problems of its kind. */
  readonly group: string;
  /** The package or file that it is about. */
  readonly label: string;
  readonly api: string | undefined;
  readonly title: string;
  /** Number of places in sources that can be shown. */
  readonly places: number;
  readonly fixes: number;
  /** Title of its best fix. */
  readonly bestFix: string | undefined;
  /** True when it has exactly one fix, and that can be applied. */
  readonly isPlain: boolean;
  /** Further lines, e.g. the output of a failed program. */
  readonly more: readonly string[];
}

/** A build script or proc macro that waits for problems to be settled. */
export interface WaitingProgram {
  readonly label: string;
  readonly what: string;
  readonly problems: readonly string[];
}

/** An event that the session sends to the UI. */
export type SessionEvent =
  | { readonly kind: 'items'; readonly put: readonly Item[]; readonly gone: readonly string[] }
  | {
      readonly kind: 'state';
      readonly phase: CheckPhase;
      readonly waiting: readonly WaitingProgram[];
      /** The reason why cackle.toml on disk is not in force; undefined when it is. */
      readonly fault: string | undefined;
      readonly undoable: number;
      readonly written: number;
      readonly configRevision: number;
    }
  | { readonly kind: 'progress'; readonly progress: CheckProgress }
  | { readonly kind: 'output'; readonly lines: readonly string[] }
  /** An edit was made or refused; the events for its changes come before. */
  | { readonly kind: 'edited'; readonly error: string | undefined };

/** A line of a diff. */
export interface DiffLine {
  readonly sign: '+' | '-' | ' ' | '@';
  readonly text: string;
}

/** Names a fix: where it stands in a list, and which list. A list is outdated once cackle.toml is another. */
export interface FixName {
  readonly revision: number;
  readonly index: number;
}

/** One way to settle a problem. */
export interface FixChoice {
  readonly name: FixName;
  readonly title: string;
  readonly explanation: string;
  /** Why it cannot be taken. */
  readonly refused: string | undefined;
  readonly diff: readonly DiffLine[];
  /** False when it writes nothing, or only removes. */
  readonly takesComment: boolean;
}

/** A place in a source file. */
export interface ShownPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Does `column` count bytes, as debug info does, or characters? */
  readonly counts: 'bytes' | 'characters';
  /** The place as text for the user. */
  readonly text: string;
}

/** A usage of an API, or a place of `unsafe` or `extern`. */
export interface UsageRow {
  readonly place: ShownPlace;
  readonly from: string | undefined;
  readonly target: string | undefined;
  readonly output: string | undefined;
  readonly hasBacktrace: boolean;
  readonly diagnostics: readonly string[];
}

/** A frame of a backtrace. */
export interface FrameRow {
  readonly name: string;
  readonly place: ShownPlace | undefined;
  readonly inlined: boolean;
}

/** The kind of a piece of code, by which it is highlighted. */
export type TokenStyle =
  | 'plain'
  | 'keyword'
  | 'string'
  | 'number'
  | 'comment'
  | 'type'
  | 'function'
  | 'macro';

/** Text of one style. */
export interface Segment {
  readonly style: TokenStyle;
  readonly text: string;
}

/** Lines of a source around a place. */
export interface Excerpt {
  readonly lines: readonly { readonly number: number; readonly segments: readonly Segment[] }[];
  /** The line of the place; 0 when only the file is known. */
  readonly line: number;
  /** Its offset in the text of that line, in code units; undefined when it is not known. */
  readonly at: number | undefined;
}

/** The description of a package from its manifest. */
export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly description: string | undefined;
  readonly documentation: string | undefined;
  readonly directory: string;
  readonly isMember: boolean;
}

/** The options of a session. */
export interface SessionOptions {
  readonly check: CheckOptions;
  /** Show characters beyond ASCII as escapes. */
  readonly ascii: boolean;
  readonly debug: boolean;
  readonly logFile: string | undefined;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'trace';
}

/** How an interactive check ended. */
export interface SessionEnding {
  /** Exit status; undefined when the check was stopped. */
  readonly status: 0 | 2 | undefined;
  /** Text for the terminal after the UI is closed. */
  readonly text: string;
  readonly timing: Readonly<Record<string, number>>;
}

/** The session in its thread, as the UI calls it. Edits resolve to the reason why they were refused, or undefined. */
export interface Session {
  run(options: SessionOptions, onEvent: (event: SessionEvent) => void): Promise<SessionEnding>;
  fixes(id: string): Promise<readonly FixChoice[]>;
  /** Takes a fix as it was shown; refuses one of an outdated list. */
  apply(id: string, fix: FixName, comment: string): Promise<string | undefined>;
  /** Applies the fix of each problem that has exactly one. */
  applyPlain(ids: readonly string[]): Promise<string | undefined>;
  undo(): Promise<string | undefined>;
  usages(id: string): Promise<readonly UsageRow[]>;
  /** Paths from a root to a usage, the shortest first. */
  backtraces(id: string, usage: number): Promise<readonly (readonly FrameRow[])[]>;
  /** Resolves to the lines around a place, or to the reason why they cannot be shown. */
  source(place: ShownPlace): Promise<Excerpt | string>;
  /** Resolves to the path of a place's file on this machine. */
  pathOf(file: string): Promise<string>;
  packageInfo(label: string): Promise<PackageInfo | undefined>;
  tree(label: string): Promise<readonly string[]>;
  checkAgain(): Promise<void>;
  /** Resolves to the titles of the fixes that were written to cackle.toml and not undone. */
  written(): Promise<readonly string[]>;
  /** Stops the check; `run` then resolves. */
  stop(): Promise<void>;
}
