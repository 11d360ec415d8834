import type { Case } from './cases.ts';

/**
 * The cases that a run looks at. `wanted` is `all`, or words that names of cases begin with, separated by commas; without
 * it a fixed sample: all that share a workspace, and every third of each kind's that need their own.
 */
export function chosen(cases: readonly Case[], wanted: string | undefined): readonly Case[] {
  if (wanted === 'all') return cases;
  if (wanted !== undefined) {
    const words = wanted.split(',').map((word) => word.trim());
    return cases.filter(({ name }) => words.some((word) => word !== '' && name.startsWith(word)));
  }
  const seen = new Map<string, number>();
  return cases.filter(({ kind, alone }) => {
    if (!alone) return true;
    const before = seen.get(kind) ?? 0;
    seen.set(kind, before + 1);
    return before % 3 === 0;
  });
}
