import {
  allOfThem,
  type BuildChoice,
  type FeatureChoice,
  featureArguments,
} from '../config/features.ts';
import type { Config } from '../config/types.ts';
import type { Workspace } from '../workspace/types.ts';
import type { CheckOptions } from './options.ts';

type Chosen = Pick<CheckOptions, 'targets' | 'features' | 'command'>;
type Settings = Pick<Config, 'targets' | 'features' | 'builds'>;
type Machine = Pick<Workspace, 'host' | 'builtFor'>;

/**
 * Returns the runs of cargo that a check makes, each with other features (rules 2.18, 12.5): those of the command line, of
 * `[[common.build]]`, or the one of `[common]`. `test` and `run` take no targets and builds of cackle.toml for theirs.
 */
export function plannedBuilds(
  { targets, features, command }: Chosen,
  config: Settings,
  machine: Machine,
): readonly [BuildChoice, ...BuildChoice[]] {
  const one = {
    targets: [...new Set(targets ?? (command === undefined ? config.targets : []))],
    features: features ?? config.features,
  };
  const [first, ...others] = command === undefined ? config.builds : [];
  if (first === undefined) return [one];
  const named = onTargets([first, ...others], targets, config, machine);
  return merged(named.map((build) => ({ ...build, features: features ?? build.features })));
}

/** Returns the targets of all builds, each once; empty when no build names one. */
export function targetsOf(builds: readonly BuildChoice[]): string[] {
  return [...new Set(builds.flatMap(({ targets }) => targets))];
}

/** Returns a choice of features with which the tree has whatever one of the builds needs. */
export function featuresOf(builds: readonly BuildChoice[]): FeatureChoice {
  return allOfThem(builds.map(({ features }) => features));
}

/** Returns the builds for these targets, and one with common's features for those that no build has. */
function onTargets(
  builds: readonly BuildChoice[],
  chosen: readonly string[] | undefined,
  { features }: Settings,
  { host, builtFor }: Machine,
): readonly BuildChoice[] {
  const nameOf = (target: string): string => (target === 'host-tuple' ? host : target);
  const named = builds.map((build) => ({
    ...build,
    targets: build.targets.length === 0 ? builtFor : build.targets.map(nameOf),
  }));
  // Beside a target that is named, cargo's own has to be: what is built for it is told from what runs while building.
  if (chosen === undefined) return targetsOf(builds).length === 0 ? builds : named;
  const wanted = chosen.length === 0 ? builtFor : chosen.map(nameOf);
  const kept = named.flatMap((build) => {
    const targets = build.targets.filter((target) => wanted.includes(target));
    return targets.length === 0 ? [] : [{ ...build, targets }];
  });
  const rest = wanted.filter((target) => !kept.some(({ targets }) => targets.includes(target)));
  const all = rest.length === 0 ? kept : [...kept, { features, targets: rest }];
  return chosen.length === 0 ? all.map((build) => ({ ...build, targets: [] })) : all;
}

/** Returns the builds with those of the same features as one: cargo then builds once what runs on this machine. */
function merged(builds: readonly BuildChoice[]): readonly [BuildChoice, ...BuildChoice[]] {
  const found = new Map<string, BuildChoice>();
  for (const build of builds) {
    const key = JSON.stringify(featureArguments(build.features));
    const targets = [...new Set([...(found.get(key)?.targets ?? []), ...build.targets])];
    found.set(key, { features: build.features, targets });
  }
  return [...found.values()] as unknown as readonly [BuildChoice, ...BuildChoice[]];
}
