import { renderDiagnostic } from '../../engine/config/render.ts';
import { ConfigError } from '../../engine/config/types.ts';
import { CheckError } from '../../engine/errors.ts';
import { messages } from './messages.ts';
import { printableLines } from './printable.ts';

/** An error as the user sees it, each fault by itself: what is wrong, where, and what to do; with the stack when debugging. */
export function faultsOf(error: unknown, debug: boolean): string[] {
  if (error instanceof ConfigError)
    return error.diagnostics.map((d) => printableLines(renderDiagnostic(d)));
  const message = error instanceof Error ? error.message : String(error);
  const help = error instanceof CheckError && error.help !== undefined ? `\n  ${error.help}` : '';
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  return [printableLines(`${message}${help}${stack}`)];
}

/** {@link faultsOf} as one text. */
export function errorText(error: unknown, debug: boolean): string {
  return faultsOf(error, debug)
    .map((fault) => `error: ${fault}`)
    .join('\n');
}

/** Tells an error on stderr; gives the exit status of what could not be done. */
export function failed(error: unknown): 2 {
  for (const fault of faultsOf(error, false)) messages.error(fault);
  return 2;
}
