import { CheckError } from '../errors.ts';
import { openPrivate } from '../facts/cache.ts';
import { type StoreLocation, storeLocation } from '../facts/store.ts';

/** The store's places for a target directory; without the user's cache where it cannot be trusted. Throws CheckError. */
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
