import { renderDiagnostic } from '../../engine/config/render.ts';
import { ConfigError } from '../../engine/config/types.ts';
import { CheckError } from '../../engine/errors.ts';
import { messages } from './messages.ts';
import { printableLines } from './printable.ts';

/** Returns the faults of an error as texts for the user: what is wrong, where, and what to do; with `debug` the stack too. */
export function faultsOf(error: unknown, debug: boolean): string[] {
  if (error instanceof ConfigError)
    return error.diagnostics.map((d) => printableLines(renderDiagnostic(d)));
  const message = error instanceof Error ? error.message : String(error);
  const help = error instanceof CheckError && error.help !== undefined ? `\n  ${error.help}` : '';
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  return [printableLines(`${message}${help}${stack}`)];
}

/** Returns {@link faultsOf} as one text. */
export function errorText(error: unknown, debug: boolean): string {
  return faultsOf(error, debug)
    .map((fault) => `error: ${fault}`)
    .join('\n');
}

/** Prints an error on stderr and returns the exit status 2. */
export function failed(error: unknown): 2 {
  for (const fault of faultsOf(error, false)) messages.error(fault);
  return 2;
}
