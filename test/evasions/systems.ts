import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a case may say of systems: this machine's, the families of the others, and all of them at once. */
export const systemWords = [
  'linux',
  'elsewhere',
  'windows',
  'windows-gnu',
  'msvc',
  'macos',
] as const;

/** One of {@link systemWords}. */
export type SystemWord = (typeof systemWords)[number];

/** The C compiler and archiver for a target, which a build script hears of by `CC` and `AR`. */
export interface CTools {
  readonly CC: string;
  readonly AR: string;
}

/**
 * Returns the tools that compile C for a target, if they are here: MinGW's for Windows (gnu), which a Linux distribution has in a package.
 * Without a target, those of this machine.
 */
export function cToolsFor(target: string | undefined): CTools | undefined {
  if (target === undefined) return { CC: 'cc', AR: 'ar' };
  if (!target.endsWith('-windows-gnu')) return undefined;
  const prefix = `${target.split('-')[0]}-w64-mingw32`;
  const tools: CTools = { CC: `${prefix}-gcc`, AR: `${prefix}-ar` };
  const areHere = Object.values(tools).every((tool: string) =>
    (process.env.PATH ?? '').split(delimiter).some((place) => existsSync(join(place, tool))),
  );
  return areHere ? tools : undefined;
}

/** The words that hold for a target; without one, for this machine. Throws for a target of which no case says anything. */
export function wordsOf(target: string | undefined): ReadonlySet<SystemWord> {
  if (target === undefined || target.endsWith('-linux-gnu')) return new Set(['linux']);
  if (target.endsWith('-windows-gnu')) return new Set(['elsewhere', 'windows', 'windows-gnu']);
  if (target.endsWith('-windows-msvc')) return new Set(['elsewhere', 'windows', 'msvc']);
  if (target.endsWith('-apple-darwin')) return new Set(['elsewhere', 'macos']);
  throw new Error(
    `the corpus says nothing of ${target}: add its family to ${import.meta.filename}`,
  );
}
