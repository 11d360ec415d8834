import { CheckError } from '../errors.ts';
import type { Done } from './protocol.ts';
import type { BuildHandlers } from './types.ts';

/**
 * Shows the user what macros printed while rustc or rustdoc ran: to cargo it would be a message of theirs. Throws CheckError when the
 * program could not be started.
 */
export function showPrinted(done: Done, handlers: Pick<BuildHandlers, 'onCargoOutput'>): void {
  if (done.spawnError !== undefined)
    throw new CheckError(done.spawnError, 'the toolchain may be incomplete: install it again');
  const printed = Buffer.from(done.stdout ?? '', 'base64').toString();
  for (const line of printed.split('\n')) if (line !== '') handlers.onCargoOutput(line);
}
