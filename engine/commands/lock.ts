import { join } from 'node:path';
import { checkTree } from '../check/check.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import { CheckError } from '../errors.ts';
import {
  LOCK_NAME,
  type Lock,
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
  readonly targets: readonly string[];
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
  const wanted = { isNew: () => false, wantsKeywordPlaces: () => false };
  const inventoryOptions = { ...options, inventory: wanted, wholeFor: '`cackle lock`' };
  const { inventories: taken, workspace } = await checkTree({
    ...{ options: inventoryOptions, observer, signal },
  });
  const inventories = taken.map(({ inventory }) => inventory);
  const unknown = new Set(inventories.flatMap((inventory) => inventory.unknown));
  if (unknown.size > 0)
    throw new CheckError(
      `${LOCK_NAME} was not written, since not all of the code is known: ${[...unknown].join('; ')}`,
      '`cackle -n` says what to allow first',
    );
  const file = join(workspace.root, LOCK_NAME);
  const text = textOf(file);
  // A file with marks of a conflict, or that somebody edited, has no facts that could be kept.
  const before = text === undefined ? undefined : unlessBroken(text, file);
  const isBroken = text !== undefined && before === undefined;
  const cargoLock = lockEntries(cargoLockText(workspace.root));
  const isLocked = new Set(cargoLock.map(({ name, version }) => `${name} ${version}`));
  const lock = inventories.reduce<Lock | undefined>(
    (known, inventory) =>
      lockOf(inventory, known, ({ name, version }) => isLocked.has(`${name} ${version}`)),
    before,
  );
  if (lock === undefined) throw new Error('a check took no inventory');
  const changed = lockText(lock) !== text;
  if (changed) await writeLock(workspace.root, lock);
  const targets = inventories.map(({ target }) => target);
  const packages = inventories.flatMap((inventory) => inventory.packages);
  const keyOf = ({ name, version, source }: (typeof packages)[number]): string =>
    [name, version, source].join('\0');
  const facts = packages.flatMap((p) => p.facts.map((fact) => `${keyOf(p)}\0${fact}`));
  return {
    ...{ file, targets, changed, packages: new Set(packages.map(keyOf)).size },
    facts: new Set(facts).size,
    dropped: isBroken
      ? [...targetsNamed(text)].filter((name) => !targets.includes(name)).sort()
      : [],
  };
}

function unlessBroken(text: string, file: string): Lock | undefined {
  try {
    return parseLock(text, file);
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return undefined;
  }
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
