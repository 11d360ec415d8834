import type { UnitRecord } from '../facts/unit-record.ts';
import type { Workspace } from '../workspace/types.ts';

/** Returns whether rustc gets a variable of this name under the configuration in force. */
export type Passes = (name: string) => boolean;

/**
 * Returns whether the code of a unit would see the same variables as when it was compiled. Cargo knows nothing about
 * our sandboxes.
 */
export function seesTheSame({ variables }: UnitRecord, passes: Passes): boolean {
  return variables.every(({ name, seen }) => passes(name) === seen);
}

/**
 * Returns a line about variables that are set and that code reads, but that were hidden when it was compiled;
 * undefined when there are none.
 */
export function hiddenVariables(
  units: Iterable<UnitRecord>,
  { byId }: Workspace,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const hidden = new Set<string>();
  const asking = new Set<string>();
  for (const { packageId, variables } of units) {
    for (const { name, seen } of variables) {
      if (seen || env[name] === undefined) continue;
      hidden.add(name);
      asking.add(byId.get(packageId)?.label ?? packageId);
    }
  }
  if (hidden.size === 0) return undefined;
  return `note: judged as compiled without ${list(hidden)}, which your environment sets: code of ${list(asking)} asks for ${hidden.size === 1 ? 'it' : 'them'}, but the sandbox of rustc hides ${hidden.size === 1 ? 'it' : 'them'}; pass_env of [rustc.sandbox] in cackle.toml lists what rustc may see`;
}

const list = (names: ReadonlySet<string>): string => [...names].sort().join(', ');
