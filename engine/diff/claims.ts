import { CheckError } from '../errors.ts';
import { driftOf, LOCK_NAME, type Lock, parseLock, readLock } from '../inventory/lock.ts';
import type { Inventory } from '../inventory/types.ts';
import type { Loosened } from './types.ts';

/**
 * Returns the facts that cackle.lock newly records and the code does not have: the next comparison would take them for old
 * (rule 11.13). `before`: the text of the base's. Nothing where something of the code is not known, or a file is broken: that is
 * no base for a comparison.
 */
export function claims(root: string, inventory: Inventory, before: string | undefined): Loosened[] {
  if (inventory.unknown.length > 0) return [];
  const now = unlessBroken(() => readLock(root));
  if (now === undefined || !now.targets.includes(inventory.target)) return [];
  const old = before === undefined ? undefined : unlessBroken(() => parseLock(before, LOCK_NAME));
  const had = new Set(
    (old?.packages ?? []).flatMap(({ name, version, facts }) =>
      [...facts.keys()].map((fact) => [name, version, fact].join('\0')),
    ),
  );
  return driftOf(inventory, now).flatMap(({ name, version, lost }) => {
    const claimed = lost.filter((fact) => !had.has([name, version, fact].join('\0')));
    if (claimed.length === 0) return [];
    const text = `it records of ${name} ${version} what the code does not do: ${claimed.join(', ')}`;
    return [{ file: LOCK_NAME, text }];
  });
}

function unlessBroken(read: () => Lock | undefined): Lock | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return undefined;
  }
}
