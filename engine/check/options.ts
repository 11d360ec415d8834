import type { Problem } from '../problems/kinds.ts';
import type { CheckProgress } from '../problems/progress.ts';
import type { Trace } from '../trace/trace.ts';
import type { WorkspaceQuestions } from '../workspace/early-questions.ts';
import type { WorkspaceChoice } from '../workspace/types.ts';
import type { CargoCommand } from './cargo-command.ts';

/** What a check is asked for; absent options take what cackle.toml or cargo says. */
export interface CheckOptions extends WorkspaceChoice {
  readonly profile?: string | undefined;
  readonly packages: readonly string[];
  readonly backtraces: boolean;
  readonly colour: boolean;
  readonly showProgress: boolean;
  readonly ignoreNewerVersions: boolean;
  /** Pass on all that cargo and rustc write, command lines too. */
  readonly everything?: boolean | undefined;
  /** Hash what cargo calls fresh and what it was made from, instead of trusting sizes and times. */
  readonly verify?: boolean | undefined;
  /** Link every output, not only what the build runs. */
  readonly linkAll?: boolean | undefined;
  /** What was asked of cargo and rustc before the check began; absent where options come from another thread. */
  readonly questions?: WorkspaceQuestions | undefined;
  /** Build what `cargo test` or `cargo run` would, instead of the whole workspace; links everything. */
  readonly command?: CargoCommand | undefined;
}

/** Who listens while a check runs. */
export interface CheckObserver {
  progress(progress: CheckProgress): void;
  cargoOutput(text: string): void;
  /** Where it is given, what takes time is taken down in it. */
  readonly trace?: Trace | undefined;
  /** What was found in a unit or an output as soon as it was judged; the report has it again, merged. */
  found?(problems: readonly Problem[]): void;
  /** What is done, for a log: one line of text. */
  log?(level: 'error' | 'warn' | 'info' | 'debug' | 'trace', text: string): void;
}
