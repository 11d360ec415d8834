import { CheckError } from '../errors.ts';
import { type Limited, openPrivate, trim } from '../facts/cache.ts';
import { writeAtomically } from '../facts/files.ts';
import { RecordStore, type StoreLocation, storeLocation } from '../facts/store.ts';
import { makeDirectory } from '../make-directory.ts';
import { whyUnwritable } from '../system-errors.ts';
import type { KeptAnswers } from '../workspace/metadata-cache/read.ts';
import type { CheckObserver } from './options.ts';

/** Returns the store's places for a target directory, without the user's cache if it cannot be trusted. Throws CheckError. */
export async function openLocation(targetDirectory: string): Promise<StoreLocation> {
  let location: StoreLocation;
  try {
    location = storeLocation(targetDirectory);
  } catch (error) {
    throw new CheckError(
      (error as Error).message,
      'it takes `off`, or a size such as 500M or 4G: the most that facts may take in the cache, and in a target directory',
    );
  }
  const { shared } = location;
  return shared === undefined || (await openPrivate(shared))
    ? location
    : { ...location, shared: undefined };
}

/** Opens the store of a target directory, or creates it. Throws CheckError. */
export async function openStore(root: string): Promise<RecordStore> {
  try {
    await makeDirectory(root);
    return await RecordStore.open(root);
  } catch (error) {
    throw cannotKeep(root, error as Error);
  }
}

/** The error for a store in which nothing can be written. */
export function cannotKeep(root: string, error: Error): CheckError {
  return new CheckError(
    `cannot keep facts in ${root}: ${whyUnwritable(error)}`,
    'the target directory has to be writable; CARGO_TARGET_DIR names another',
    { cause: error },
  );
}

/** Starts to store cargo's description of the tree and to trim the store to its size; does not wait for the end. */
export function tidyStore(
  location: StoreLocation,
  limited: readonly Limited[],
  answers: KeptAnswers,
  observer: CheckObserver,
): void {
  setImmediate(() => void keepAnswers(location, answers, observer));
  for (const level of limited)
    void trim(level).then((bytes) => {
      if (bytes > 0)
        observer.log?.('info', `removed ${bytes} bytes of old facts from ${level.directory}`);
    });
}

/** Stores cargo's description of the tree, if the user's cache is in use. */
async function keepAnswers(
  { shared }: StoreLocation,
  answers: KeptAnswers,
  observer: CheckObserver,
): Promise<void> {
  if (shared === undefined) return;
  answers.markUsed();
  const questions = answers.takeNewQuestions();
  if (questions.length === 0) return;
  const log = (text: string): void => observer.log?.('info', text);
  const { answersToKeep } = await import('../workspace/metadata-cache/write.ts');
  for (const { path, content } of answersToKeep(questions, shared, log))
    await writeAtomically(path, content).catch((error: Error) => log(error.message));
}
