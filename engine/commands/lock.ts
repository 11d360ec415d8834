import { join } from 'node:path';
import { checkTree } from '../check/check.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import { CheckError } from '../errors.ts';
import {
  hasConflict,
  LOCK_NAME,
  lockOf,
  lockText,
  parseLock,
  targetsNamed,
  writeLock,
} from '../inventory/lock.ts';
import { readRegularFile } from '../regular-file.ts';
import { cargoLockText, lockEntries } from '../workspace/lock-file.ts';

/** What `cackle lock` did. */
export interface LockOutcome {
  readonly file: string;
  readonly target: string;
  readonly packages: number;
  readonly facts: number;
  /** False when the file was as it should be. */
  readonly changed: boolean;
  /** Targets whose facts a merge conflict made unusable: each has to be recorded again. */
  readonly dropped: readonly string[];
}

/**
 * Checks the workspace and records in cackle.lock what every package does for the target; the facts of other targets stay
 * (rule 11.2). Throws CheckError when something was held or failed, so that not all is known.
 */
export async function recordLock(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<LockOutcome> {
  const inventory = { isNew: () => false, wantsKeywordPlaces: () => false };
  const inventoryOptions = { ...options, inventory };
  const { inventory: taken, workspace } = await checkTree({
    ...{ options: inventoryOptions, observer, signal },
  });
  if (taken === undefined) throw new Error('a check took no inventory');
  const found = taken.inventory;
  if (found.unknown.length > 0)
    throw new CheckError(
      `${LOCK_NAME} was not written, since not all of the code is known: ${found.unknown.join('; ')}`,
      '`cackle -n` says what to allow first',
    );
  const file = join(workspace.root, LOCK_NAME);
  const text = textOf(file);
  // A file with marks of a conflict has no facts that could be kept.
  const isBroken = text !== undefined && hasConflict(text);
  const before = text === undefined || isBroken ? undefined : parseLock(text, file);
  const cargoLock = lockEntries(cargoLockText(workspace.root));
  const isLocked = new Set(cargoLock.map(({ name, version }) => `${name} ${version}`));
  const lock = lockOf(found, before, ({ name, version }) => isLocked.has(`${name} ${version}`));
  const changed = lockText(lock) !== text;
  if (changed) await writeLock(workspace.root, lock);
  const { target } = found;
  return {
    ...{ file, target, changed, packages: found.packages.length },
    facts: found.packages.reduce((sum, { facts }) => sum + facts.length, 0),
    dropped: isBroken ? [...targetsNamed(text)].filter((name) => name !== target).sort() : [],
  };
}

function textOf(file: string): string | undefined {
  try {
    return readRegularFile(file).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CheckError(`cannot read ${file}: ${(error as Error).message}`, 'restore the file', {
      cause: error,
    });
  }
}
