import type { FailedProgram } from '../build/types.ts';
import type { Problem } from '../problems/kinds.ts';
import type { Waiting } from '../verdicts/live-config.ts';

/** A program that was not let run, with the problems that forbid it. */
export interface Held extends Waiting {
  readonly problems: readonly Problem[];
}

/** How a command of cargo's ended behind the gates. */
export interface GatedResult {
  readonly status: number | null;
  readonly signal: string | null;
  readonly held: readonly Held[];
  /**
   * What holds all of these, build scripts that failed in their sandboxes, and files that code includes and rustc's sandbox hides: merged as in
   * a check.
   */
  readonly problems: readonly Problem[];
  /** What else rustc's sandbox kept from code that did not compile, in words, and the command line of the first. */
  readonly rustcSandbox?:
    | { readonly words: string | undefined; readonly command: readonly string[] | undefined }
    | undefined;
  readonly failedTests: readonly FailedProgram[];
  /** What cargo has to build again, because nothing is known of it (any more): the next run does. */
  readonly forgotten: readonly string[];
  /** True where programs or tests ran that nobody judged, because cackle.toml has only the gates judged (rule 2.21). */
  readonly ranUnjudged: boolean;
  readonly workspaceRoot: string;
}
