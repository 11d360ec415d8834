import { groupBy } from '../group-by.ts';
import { cargoLockText, lockEntries, lockEntriesOf } from '../workspace/lock-file.ts';
import { identityOf } from '../workspace/package-identity.ts';
import type { Workspace } from '../workspace/types.ts';

/**
 * Returns the packages of Cargo.lock, as `NAME VERSION`, of which a check compiled nothing (rule 6.26): they are for other
 * targets or features. `compiled` has the ids of the others. Throws CheckError when the file cannot be read.
 */
export function notCompiled(workspace: Workspace, compiled: ReadonlySet<string>): string[] {
  const entries = lockEntries(cargoLockText(workspace.root));
  const byName = groupBy(entries, ({ name }) => name);
  const known = new Set(
    workspace.packages
      .filter(({ id }) => compiled.has(id))
      .map(identityOf)
      .flatMap((p) => lockEntriesOf(p, byName.get(p.name) ?? [])),
  );
  const others = entries.filter((entry) => !known.has(entry));
  return [...new Set(others.map(({ name, version }) => `${name} ${version}`))].sort();
}
