import { ofTargets, settingsIn } from '../conditions/other-cfg.ts';
import { type CfgSet, cfgHolds } from '../workspace/cfg-expression.ts';
import type { Candidate } from './candidates.ts';
import type { ShownBy } from './types.ts';

/** Triples that are named; any of them will do. */
const MOST_TRIPLES = 3;
/** Settings that only tools have, which build no program: documentation, its tests, lints, interpreters. */
const ofTools = new Set(['doc', 'docsrs', 'doctest', 'clippy', 'miri', 'rustdoc', 'rustfmt']);

/** Who looks for a build. */
interface Seeking {
  readonly candidates: readonly Candidate[];
  /** Are tests of the package built? Those of dependencies never are. */
  readonly hasTests: boolean;
}

/**
 * Returns a build that compiles what stands behind `cfg(expression)`, beside builds with these settings; `no-one` where only
 * tools, or tests of a dependency, do; undefined where that is not known, as for what a build script sets.
 */
export function shownBy(
  expression: string,
  builds: readonly CfgSet[],
  { candidates, hasTests }: Seeking,
): ShownBy | 'no-one' | undefined {
  const named = settingsIn(expression);
  const features = named.filter((name) => name.startsWith('feature='));
  const holds = (settings: CfgSet): boolean => cfgHolds(`cfg(${expression})`, settings) === true;
  const others = named.filter((name) => ofProfiles.has(name) || (name === 'test' && hasTests));
  const changes = changesOf(features, others);
  for (const change of changes)
    if (builds.some((settings) => holds(changed(settings, change)))) return told(change, []);
  if (named.some((name) => ofTargets.test(name)))
    for (const change of changes) {
      const fitting = candidates.filter((candidate) =>
        builds.some((settings) => holds(changed(elsewhere(settings, candidate), change))),
      );
      if (fitting.length > 0)
        return told(
          change,
          fitting.slice(0, MOST_TRIPLES).map(({ triple }) => triple),
        );
    }
  const free = named.filter((name) => !ofTools.has(name) && (name !== 'test' || hasTests));
  return neverHolds(expression, free) ? 'no-one' : undefined;
}

/** Settings of an expression all of whose combinations are tried. */
const MOST_FREE = 10;

/** Is it certain that an expression does not hold, whichever of these settings are set, and no others? */
function neverHolds(expression: string, free: readonly string[]): boolean {
  if (free.length > MOST_FREE) return false;
  for (let bits = 0; bits < 2 ** free.length; bits++) {
    const chosen = free.filter((_, i) => (bits >> i) % 2 === 1);
    if (cfgHolds(`cfg(${expression})`, new Set(chosen)) !== false) return false;
  }
  return true;
}

/** Settings that are set or not besides: features, `test`, those of a profile. */
interface Change {
  readonly on: readonly string[];
  readonly off: readonly string[];
}

/** Settings that a profile decides. */
const ofProfiles = new Set(['debug_assertions', 'overflow_checks']);

/** None, one setting on or off, all of them: what an expression of a few `any`, `all` and `not` asks for. Features come first. */
function changesOf(features: readonly string[], others: readonly string[]): Change[] {
  const of = (names: readonly string[]): Change[] => [
    ...names.flatMap((name) => [
      { on: [name], off: [] },
      { on: [], off: [name] },
    ]),
    ...(names.length > 1
      ? [
          { on: names, off: [] },
          { on: [], off: names },
        ]
      : []),
    ...names.flatMap((name) => {
      const rest = names.filter((other) => other !== name);
      return rest.length === 0
        ? []
        : [
            { on: [name], off: rest },
            { on: rest, off: [name] },
          ];
    }),
  ];
  const none: Change = { on: [], off: [] };
  const ofFeatures = [none, ...of(features)];
  const both = of(others).flatMap((other) =>
    ofFeatures.map((change) => ({
      on: [...change.on, ...other.on],
      off: [...change.off, ...other.off],
    })),
  );
  return [...ofFeatures, ...both];
}

function changed(settings: CfgSet, { on, off }: Change): CfgSet {
  const now = new Set([...settings, ...on]);
  for (const name of off) now.delete(name);
  return now;
}

function elsewhere(settings: CfgSet, candidate: Candidate): CfgSet {
  const own = [...settings].filter((name) => !ofTargets.test(name));
  return new Set([...own, ...candidate.settings]);
}

function told({ on, off }: Change, targets: readonly string[]): ShownBy {
  const names = (list: readonly string[]): string[] =>
    list.flatMap((name) => /^feature="(.*)"$/.exec(name)?.[1] ?? []);
  return {
    targets,
    features: names(on),
    unreachable: [],
    without: names(off),
    ...(on.includes('test') ? { tests: true } : {}),
    ...([...on, ...off].some((name) => ofProfiles.has(name)) ? { otherProfile: true } : {}),
  };
}
