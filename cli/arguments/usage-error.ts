import { closest, distance } from 'fastest-levenshtein';
import type { Command } from './types.ts';

/** The command line says something that it cannot mean. */
export class UsageError extends Error {}

/** The known word that is nearest to one that is not, as the end of a message; empty where none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const best = closest(word, [...known]);
  return distance(word, best) <= Math.max(2, word.length / 4) ? `\n(Did you mean ${best}?)` : '';
}

/** The command of a name. Throws UsageError with the nearest one where there is none. */
export function findCommand(commands: readonly Command[], name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const near = didYouMean(
    name,
    commands.map((command) => command.name),
  );
  throw new UsageError(`unknown command '${name}'${near}`);
}
