import { CheckError, ConfigError, renderDiagnostic } from '../engine/session.ts';
import { printableLines } from './printable.ts';

/** An error as the user sees it: what is wrong, where, and what to do; with the stack when debugging. */
export function errorText(error: unknown, debug: boolean): string {
  if (error instanceof ConfigError)
    return printableLines(error.diagnostics.map((d) => `error: ${renderDiagnostic(d)}`).join('\n'));
  const message = error instanceof Error ? error.message : String(error);
  const help = error instanceof CheckError && error.help !== undefined ? `\n  ${error.help}` : '';
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  return printableLines(`error: ${message}${help}${stack}`);
}
