/** Changes to an environment. */
export interface EnvironmentChange {
  readonly unset: readonly string[];
  readonly set: readonly (readonly [string, string])[];
}

/** Returns an environment with a change applied, for a program that starts with a new environment. */
export function changed(
  env: ReadonlyMap<string, string>,
  { unset, set }: EnvironmentChange,
): ReadonlyMap<string, string> {
  return new Map([...[...env].filter(([name]) => !unset.includes(name)), ...set]);
}

/** Returns two changes as one; where both set a variable, the second does. */
export function both(first: EnvironmentChange, second: EnvironmentChange): EnvironmentChange {
  return {
    unset: [...first.unset, ...second.unset],
    set: [...first.set, ...second.set],
  };
}
