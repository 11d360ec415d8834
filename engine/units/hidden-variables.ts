import type { UnitRecord } from '../facts/unit-record.ts';
import type { Workspace } from '../workspace/types.ts';

/** Does rustc get a variable of this name, by the configuration that is in force? */
export type Passes = (name: string) => boolean;

/** Would the code of a unit see of the environment what it saw when it was compiled? Cargo knows nothing of our sandboxes. */
export function seesTheSame({ variables }: UnitRecord, passes: Passes): boolean {
  return variables.every(({ name, seen }) => passes(name) === seen);
}

/** A line on the variables that are set, that code asks for, and that it was compiled without; undefined when there are none. */
export function hiddenVariables(
  units: Iterable<UnitRecord>,
  { packages }: Workspace,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const hidden = new Set<string>();
  const asking = new Set<string>();
  for (const { packageId, variables } of units) {
    for (const { name, seen } of variables) {
      if (seen || env[name] === undefined) continue;
      hidden.add(name);
      asking.add(packages.find(({ id }) => id === packageId)?.label ?? packageId);
    }
  }
  if (hidden.size === 0) return undefined;
  return `note: judged as compiled without ${list(hidden)}, which your environment sets, code of ${list(asking)} asks for, and the sandbox of rustc hides; pass_env of [rustc.sandbox] in cackle.toml names what it may see`;
}

const list = (names: ReadonlySet<string>): string => [...names].sort().join(', ');
