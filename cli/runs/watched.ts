import { stripVTControlCharacters } from 'node:util';
import type { CheckObserver } from '../../engine/check/options.ts';
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
  readonly observer: CheckObserver;
  /** Aborted by a signal to this process. */
  readonly signal: AbortSignal;
  readonly showsProgress: boolean;
  /** Removes the status line, before the report. */
  clear(): void;
}

/** Lines of cargo that the status line replaces. */
const told = /^\s*(?:Compiling|Finished|Fresh|Running)\b/;

/**
 * Runs a command that checks: with progress on a terminal, cargo's output, and errors on stderr. Resolves to its exit
 * status, 2 for an error, or that of the signal which ended it. Throws UsageError.
 */
export async function watched(
  args: { readonly quiet: boolean; readonly debug: boolean; readonly colour: ColourChoice },
  run: (work: Watched) => Promise<number>,
): Promise<number> {
  const colour = wantsColour(args.colour, process.stderr.isTTY === true);
  const interactive = process.stderr.isTTY === true && !args.quiet;
  const status = new StatusLine(interactive);
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
      if (args.quiet || (interactive && told.test(stripVTControlCharacters(text)))) return;
      status.print(printableOutput(text, colour));
    },
  };
  try {
    return await run({
      ...{ observer, signal: abort.signal, showsProgress: interactive },
      clear: () => status.clear(),
    });
  } catch (error) {
    status.clear();
    if (endedBy !== undefined) {
      messages.log('interrupted; nothing was left running');
      return signals[endedBy] ?? 2;
    }
    if (error instanceof UsageError) throw error;
    for (const fault of faultsOf(error, args.debug)) messages.error(fault);
    return 2;
  }
}
