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
