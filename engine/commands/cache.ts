import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readTree } from '../check/tree.ts';
import { CheckError } from '../errors.ts';
import { type CacheSetting, cacheSetting, contentOf } from '../facts/cache.ts';
import { userCache } from '../paths.ts';
import { reasonOf } from '../system-errors.ts';

/** A directory that is kept from check to check. */
export interface CachePart {
  readonly name: 'facts' | 'diffs' | 'shim' | 'launcher' | 'workspace';
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
}

/** The directories that are kept, for the user and in the target directory of a workspace. */
export interface CacheContent {
  /** Limit in bytes for facts in the user's cache and in a target directory; see `CACKLE_CACHE`. */
  readonly limit: number;
  /** False when `CACKLE_CACHE` is `off`. */
  readonly used: boolean;
  readonly parts: readonly CachePart[];
}

/** Measures what is kept; outside a workspace only the user's directories. Throws CheckError. */
export async function cacheContent(options: { readonly path: string }): Promise<CacheContent> {
  let setting: CacheSetting;
  try {
    setting = cacheSetting();
  } catch (error) {
    throw new CheckError(
      (error as Error).message,
      'set it to `off`, or to a size such as 500M or 4G',
    );
  }
  const parts: CachePart[] = [];
  for (const { name, directory } of await places(options.path))
    parts.push({ name, directory, ...(await contentOf(directory)) });
  return { limit: setting.limit, used: setting.shared, parts };
}

/**
 * Removes the facts and what diffs left in the user's cache; with `all` the shim and the launcher too, and the store of the workspace, after which everything
 * is built again. A check that runs meanwhile extracts or builds again what it misses. Returns what was removed; throws
 * CheckError.
 */
export async function clearCache(options: {
  readonly path: string;
  readonly all: boolean;
}): Promise<readonly CachePart[]> {
  const { parts } = await cacheContent(options);
  const doomed = parts.filter(
    ({ name, files }) => files > 0 && (options.all || name === 'facts' || name === 'diffs'),
  );
  for (const { directory } of doomed) {
    try {
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      throw new CheckError(
        `cannot remove ${directory}: ${reasonOf(error)}`,
        'make sure that you may write there and that no check is running, and try again',
      );
    }
  }
  return doomed;
}

async function places(path: string): Promise<Pick<CachePart, 'name' | 'directory'>[]> {
  const found: Pick<CachePart, 'name' | 'directory'>[] = [
    { name: 'facts', directory: join(userCache(), 'facts') },
    { name: 'diffs', directory: join(userCache(), 'diffs') },
    { name: 'shim', directory: join(userCache(), 'shim') },
    { name: 'launcher', directory: join(userCache(), 'launcher') },
  ];
  try {
    const { workspace } = await readTree({ path });
    found.push({ name: 'workspace', directory: join(workspace.targetDirectory, '.cackle') });
  } catch (error) {
    // Without a readable workspace the user's cache is shown alone.
    if (!(error instanceof CheckError)) throw error;
  }
  return found;
}
