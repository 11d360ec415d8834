import type { CheckOptions } from '../../engine/check/options.ts';
import type { CheckPhase } from '../../engine/editing/interactive.ts';
import type { Severity } from '../../engine/problems/descriptor.ts';
import type { Kind } from '../../engine/problems/kinds.ts';
import type { CheckProgress } from '../../engine/problems/progress.ts';

// What goes between the threads of the terminal UI. All texts are printable already; `file` alone is a real path.

/** An open problem as a list shows it. */
export interface Item {
  readonly id: string;
  readonly severity: Severity;
  readonly kind: Kind;
  /** The heading for problems of its kind. */
  readonly group: string;
  /** The package, or the file that it is about. */
  readonly label: string;
  readonly api: string | undefined;
  readonly title: string;
  /** Places in sources that can be shown. */
  readonly places: number;
  readonly fixes: number;
  /** What its best fix does. */
  readonly bestFix: string | undefined;
  /** It has one fix only, and that can be taken. */
  readonly isPlain: boolean;
  /** What more there is to say, e.g. the output of what failed. */
  readonly more: readonly string[];
}

/** A build script or proc macro that waits for problems to be settled. */
export interface HeldItem {
  readonly label: string;
  readonly what: string;
  readonly problems: readonly string[];
}

/** What the session tells by itself. */
export type SessionEvent =
  | { readonly kind: 'items'; readonly put: readonly Item[]; readonly gone: readonly string[] }
  | {
      readonly kind: 'state';
      readonly phase: CheckPhase;
      readonly held: readonly HeldItem[];
      /** Why cackle.toml on disk is not in force. */
      readonly fault: string | undefined;
      readonly undoable: number;
      readonly written: number;
      readonly configRevision: number;
    }
  | { readonly kind: 'progress'; readonly progress: CheckProgress }
  | { readonly kind: 'output'; readonly lines: readonly string[] }
  /** An edit was made or refused; what it changed was told before. */
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
  /** False where it writes nothing, or only takes away. */
  readonly takesComment: boolean;
}

/** A place in a source file. */
export interface ShownPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Does `column` count bytes, as debug info does, or characters? */
  readonly counts: 'bytes' | 'characters';
  /** As it is shown. */
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

/** What a piece of code is; plain where it is nothing special. */
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
  /** The line of the place; 0: only the file is known. */
  readonly line: number;
  /** Where it begins in the text of that line, in code units; undefined: not known. */
  readonly at: number | undefined;
}

/** What a package says of itself. */
export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly description: string | undefined;
  readonly documentation: string | undefined;
  readonly directory: string;
  readonly isMember: boolean;
}

/** What the session is started with. */
export interface SessionOptions {
  readonly check: CheckOptions;
  /** Show characters beyond ASCII as escapes. */
  readonly ascii: boolean;
  readonly debug: boolean;
  readonly logFile: string | undefined;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'trace';
}

/** How an interactive check ended by itself. */
export interface Ending {
  /** 0 or 2; undefined: it was stopped. */
  readonly status: 0 | 2 | undefined;
  /** For the terminal when the UI is gone. */
  readonly text: string;
  readonly timing: Readonly<Record<string, number>>;
}

/** The session in its thread, as the UI sees it. What can fail gives a text that says why, or undefined. */
export interface Session {
  run(options: SessionOptions, tell: (event: SessionEvent) => void): Promise<Ending>;
  fixes(id: string): Promise<readonly FixChoice[]>;
  /** Takes a fix as it was shown; refuses one of an outdated list. */
  apply(id: string, fix: FixName, comment: string): Promise<string | undefined>;
  /** Takes the fix of each problem that has one only. */
  applyPlain(ids: readonly string[]): Promise<string | undefined>;
  undo(): Promise<string | undefined>;
  usages(id: string): Promise<readonly UsageRow[]>;
  /** Paths from a root to a usage, the shortest first. */
  backtraces(id: string, usage: number): Promise<readonly (readonly FrameRow[])[]>;
  /** Lines around a place, or why they cannot be shown. */
  source(place: ShownPlace): Promise<Excerpt | string>;
  /** Where a file of a place is on this machine. */
  pathOf(file: string): Promise<string>;
  packageInfo(label: string): Promise<PackageInfo | undefined>;
  tree(label: string): Promise<readonly string[]>;
  checkAgain(): Promise<void>;
  /** The fixes that were written to cackle.toml and not taken back, by title. */
  written(): Promise<readonly string[]>;
  /** Ends what runs; `run` then resolves. */
  stop(): Promise<void>;
}
