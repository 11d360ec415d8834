import type { Case } from './cases.ts';

/**
 * The cases that a run looks at. `wanted` is `all`, or words that names of cases begin with, separated by commas; without
 * it a fixed sample: all that share a workspace, and of each kind's that need their own every twentieth, and the first that is
 * caught; of kinds of which some share one, every second of these. Programs that are optimised as a whole take longer than all
 * others together: of them none.
 */
export function chosen(cases: readonly Case[], wanted: string | undefined): readonly Case[] {
  if (wanted === 'all') return cases;
  if (wanted !== undefined) {
    const words = wanted.split(',').map((word) => word.trim());
    return cases.filter(({ name }) => words.some((word) => word !== '' && name.startsWith(word)));
  }
  const seen = new Map<string, number>();
  const count = (key: string): number => {
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before;
  };
  const together = new Set(cases.filter(({ alone }) => !alone).map(({ kind }) => kind));
  return cases.filter(({ kind, alone, is }) => {
    if (!alone) return true;
    const [ofKind, alike] = [count(kind), count(`${kind} ${is}`)];
    if (kind === 'optimised' || (ofKind % 20 !== 0 && (is !== 'caught' || alike > 0))) return false;
    return !together.has(kind) || count('of kinds that share') % 2 === 0;
  });
}

/** Targets of which `npm test` checks some cases: one of each format that Linux has not. */
export const sampledTargets = ['x86_64-pc-windows-gnu', 'aarch64-apple-darwin'] as const;

/** What depends on the format of objects most: start-up and end sections, tables, data without a name, exports, places. */
const acrossSystems = [
  'calls/static-table',
  'calls/thread-local',
  'calls/trait-object',
  'calls/trait-object-dead',
  'calls/compiled-out-branch',
  'files/cfg-other-system',
  'generics/items-in-table',
  'lowlevel/section-before-all',
  'lowlevel/start-up-section',
  'places/honest-line-macros',
  'roots/end-section',
  'roots/gmon-start',
  'roots/initializer-section',
  'roots/overrides-malloc',
  'self-match/generic-removes-text',
  'targets/shared-library',
];

/** The cases that `npm test` checks for {@link sampledTargets}, as one workspace. */
export function chosenElsewhere(cases: readonly Case[]): readonly Case[] {
  return cases.filter(({ name }) => acrossSystems.includes(name));
}
