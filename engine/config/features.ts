/** Which features of the packages are built, as cargo's own options choose them (rule 2.8). */
export interface FeatureChoice {
  /** `--features` */
  readonly features: readonly string[];
  /** `--all-features` */
  readonly all: boolean;
  /** `--no-default-features` */
  readonly noDefault: boolean;
}

/** What cargo builds when it is told nothing. */
export const defaultFeatures: FeatureChoice = { features: [], all: false, noDefault: false };

/** A build of a check: for which targets, with which features. */
export interface BuildChoice {
  /** Empty: what cargo builds for when no target is named. */
  readonly targets: readonly string[];
  readonly features: FeatureChoice;
}

/** Returns a choice that builds whatever one of several builds. */
export function allOfThem(choices: readonly FeatureChoice[]): FeatureChoice {
  return {
    features: [...new Set(choices.flatMap(({ features }) => features))],
    all: choices.some(({ all }) => all),
    noDefault: choices.every(({ noDefault }) => noDefault),
  };
}

/** Returns the options for cargo that make a choice; none for {@link defaultFeatures}. */
export function featureArguments({ features, all, noDefault }: FeatureChoice): string[] {
  return [
    ...(noDefault ? ['--no-default-features'] : []),
    ...(all ? ['--all-features'] : []),
    ...(features.length > 0 ? ['--features', features.join(',')] : []),
  ];
}

/** Returns a choice in the words of cackle.toml and the command line: `a b without default`, `all`, `default`. */
export function featureWords({ features, all, noDefault }: FeatureChoice): string {
  if (all) return 'all';
  const named = features.length > 0 ? features.join(' ') : noDefault ? 'none' : 'default';
  return noDefault && features.length > 0 ? `${named} without default` : named;
}

/** Returns arguments for cargo without those that choose features: options of the command line replace these. */
export function withoutFeatures(cargoArguments: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < cargoArguments.length; index++) {
    const argument = cargoArguments[index] as string;
    if (argument === '--') return [...kept, ...cargoArguments.slice(index)];
    if (argument === '--features' || argument === '-F') index++;
    else if (!choosesFeatures(argument)) kept.push(argument);
  }
  return kept;
}

/** Does an argument for cargo choose features? */
export function choosesFeatures(argument: string): boolean {
  return /^(?:--features(?:=|$)|-F|--all-features$|--no-default-features$)/s.test(argument);
}
