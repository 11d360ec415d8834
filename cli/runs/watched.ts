import { stripVTControlCharacters } from 'node:util';
import type { CheckObserver, CheckOptions } from '../../engine/check/options.ts';
import type { BuildArguments } from '../arguments/build-arguments.ts';
import type { ColourChoice } from '../arguments/options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { faultsOf } from '../output/error-text.ts';
import { messages } from '../output/messages.ts';
import { printableOutput } from '../output/printable.ts';
import { StatusLine } from '../output/progress.ts';
import { wantsColour } from './choices.ts';
import { signals } from './exit-status.ts';

/** How a command that checks tells of its work. */
export interface Watched {
  /** What the check is asked for: the whole workspace, with the paths to what is found. */
  readonly options: CheckOptions;
  readonly observer: CheckObserver;
  /** Aborted by a signal to this process. */
  readonly signal: AbortSignal;
  /** Removes the status line, before the report. */
  clear(): void;
}

/** Lines of cargo that the status line replaces. */
const told = /^\s*(?:Compiling|Finished|Fresh|Running)\b/;

/** What is shown on stderr while a command checks, and what ends it. */
export interface Attended {
  readonly status: StatusLine;
  readonly showsProgress: boolean;
  /** May stderr have colours? */
  readonly colour: boolean;
  /** Shows progress and cargo's output. */
  readonly observer: CheckObserver;
  /** Aborted by a signal to this process. */
  readonly signal: AbortSignal;
  /** Returns the name of that signal. */
  endedBy(): string | undefined;
}

/** Begins to show progress, on a terminal, and to listen for signals. */
export function attended(args: {
  readonly quiet: boolean;
  readonly colour: ColourChoice;
}): Attended {
  const colour = wantsColour(args.colour, process.stderr.isTTY === true);
  const showsProgress = process.stderr.isTTY === true && !args.quiet;
  const status = new StatusLine(showsProgress);
  const abort = new AbortController();
  let endedBy: string | undefined;
  for (const signal of Object.keys(signals)) {
    process.on(signal, () => {
      endedBy = signal;
      abort.abort();
    });
  }
  const observer: CheckObserver = {
    progress: (progress) => status.update(progress),
    cargoOutput(text) {
      if (args.quiet || (showsProgress && told.test(stripVTControlCharacters(text)))) return;
      status.print(printableOutput(text, colour));
    },
  };
  return {
    ...{ status, showsProgress, colour, observer, signal: abort.signal },
    endedBy: () => endedBy,
  };
}

/**
 * Runs a command that checks: with progress on a terminal, cargo's output, and errors on stderr. Resolves to its exit
 * status, 2 for an error, or that of the signal which ended it. Throws UsageError.
 */
export async function watched(
  args: BuildArguments,
  run: (work: Watched) => Promise<number>,
): Promise<number> {
  const { status, showsProgress, colour, observer, signal, endedBy } = attended(args);
  const { path, configFile, targets, features, profile, debug } = args;
  const options: CheckOptions = {
    ...{ path, configFile, targets, features, profile, everything: debug },
    ...{ packages: [], backtraces: true, ignoreNewerVersions: true },
    ...{ colour, showProgress: showsProgress },
  };
  try {
    return await run({
      ...{ options, observer, signal },
      clear: () => status.clear(),
    });
  } catch (error) {
    status.clear();
    const name = endedBy();
    if (name !== undefined) {
      messages.log('interrupted; nothing was left running');
      return signals[name] ?? 2;
    }
    if (error instanceof UsageError) throw error;
    for (const fault of faultsOf(error, debug)) messages.error(fault);
    return 2;
  }
}
