import type { ProgramTracer } from '../build/program-tracer.ts';
import type { Problem } from '../problems/kinds.ts';
import type { CheckProgress } from '../problems/progress.ts';
import type { Trace } from '../trace/trace.ts';
import type { WorkspaceQuestions } from '../workspace/early-questions.ts';
import type { StandIn } from '../workspace/stand-in.ts';
import type { Package, Workspace, WorkspaceChoice } from '../workspace/types.ts';
import type { CargoCommand } from './cargo-command.ts';

/** What a check is asked for; absent options take what cackle.toml or cargo says. */
export interface CheckOptions extends WorkspaceChoice {
  readonly profile?: string | undefined;
  readonly packages: readonly string[];
  readonly backtraces: boolean;
  readonly colour: boolean;
  readonly showProgress: boolean;
  readonly ignoreNewerVersions: boolean;
  /** Pass on all output of cargo and rustc, with command lines. */
  readonly everything?: boolean | undefined;
  /** Hash units that cargo calls fresh and their sources, instead of trusting sizes and times. */
  readonly verify?: boolean | undefined;
  /** Link every output, not only what the build runs. */
  readonly linkAll?: boolean | undefined;
  /** What was asked of cargo and rustc before the check began; absent where options come from another thread. */
  readonly questions?: WorkspaceQuestions | undefined;
  /**
   * Take an inventory of what every package does; `isNew` says of which facts of a package the places and the paths to them are
   * wanted, `places` how many of each are kept, and `wantsKeywordPlaces` of which packages all places of `unsafe` and `extern` are,
   * by default of all.
   */
  readonly inventory?:
    | {
        readonly isNew: (p: Package, factText: string, of: Workspace) => boolean;
        readonly places?: number | undefined;
        readonly wantsKeywordPlaces?: ((p: Package) => boolean) | undefined;
      }
    | undefined;
  /** What needs all packages judged whole, by its name: no check of the gates alone will do (rule 2.21). */
  readonly wholeFor?: string | undefined;
  /** Places of a copy that is checked, and what they stand for. */
  readonly standIns?: readonly StandIn[] | undefined;
  /** Compare with cackle.lock, and report what differs. */
  readonly locked?: boolean | undefined;
  /** Build what `cargo test` or `cargo run` would, instead of the whole workspace; links everything. */
  readonly command?: CargoCommand | undefined;
  /** Record what build scripts, tests and rustc do; stdout is then for a report, and tests print to stderr. */
  readonly tracer?: ProgramTracer | undefined;
  /** False where nothing is traced, whatever cackle.toml says; so it is with a {@link tracer}. */
  readonly traces?: false | undefined;
}

/** The observer of a running check. */
export interface CheckObserver {
  progress(progress: CheckProgress): void;
  /** Nothing is to be done but wait for cargo, for the first time. */
  waits?(): void;
  cargoOutput(text: string): void;
  /** Records where time goes, if present. */
  readonly trace?: Trace | undefined;
  /** Receives the problems of a unit or output as soon as it is judged; the report has them again, merged. */
  found?(problems: readonly Problem[]): void;
  /** Receives a line for the log. */
  log?(level: 'error' | 'warn' | 'info' | 'debug' | 'trace', text: string): void;
}
