import { closest, distance } from 'fastest-levenshtein';
import type { Command } from './types.ts';

/** A command line that is not valid; `command` is the one whose options and arguments are meant, if any. */
export class UsageError extends Error {
  readonly command: Command | undefined;
  constructor(message: string, command?: Command) {
    super(message);
    this.command = command;
  }
}

/** Returns the command line that lists what a command takes, or all commands. */
export function helpLine(command: Command | undefined): string {
  if (command === undefined) return 'cackle --help';
  // What stands behind the name of these is cargo's.
  return command.passesOn === 'all'
    ? `cackle help ${command.name}`
    : `cackle ${command.name} --help`;
}

/** Returns the known word nearest to an unknown one; undefined if none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(word, [...known]);
  return distance(word, best) <= Math.max(2, word.length / 4) ? best : undefined;
}

/** Returns {@link nearest} as the end of a message; empty if none is near. */
export function nearestWord(word: string, known: readonly string[]): string {
  const best = nearest(word, known);
  return best === undefined ? '' : `\n(Did you mean ${best}?)`;
}

/** Returns the command of a name. Throws UsageError, with the nearest name, if there is none. */
export function findCommand(commands: readonly Command[], name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const near = nearestWord(
    name,
    commands.map((command) => command.name),
  );
  throw new UsageError(`unknown command '${name}'${near}`);
}
