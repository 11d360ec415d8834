import { basename, dirname } from 'node:path';
import type { Hello } from './protocol.ts';

/** The directory of the link to the shim that is cargo's `rustc`, where a wrapper does not stand before each (`cargo fix`). */
export const RUSTC_DIRECTORY = 'cackle-rustc';

/** Is a program our link in rustc's place? */
export const isStandIn = (program: string): boolean =>
  basename(dirname(program)) === RUSTC_DIRECTORY;

/**
 * Divides the arguments of a shim in rustc's place: as a wrapper it gets the programs first, rustc last; by our link it is rustc itself.
 * The user's rustc takes the place of our link.
 */
export function readPrograms(
  { executable, args }: Pick<Hello, 'executable' | 'args'>,
  rustc: string,
): { readonly programs: readonly string[]; readonly given: readonly string[] } {
  if (isStandIn(executable)) return { programs: [rustc], given: args };
  const options = args.findIndex((a) => a.startsWith('-') || a.startsWith('@'));
  const programs = args.slice(0, options < 0 ? undefined : options);
  return {
    programs: programs.map((program) => (isStandIn(program) ? rustc : program)),
    given: options < 0 ? [] : args.slice(options),
  };
}
