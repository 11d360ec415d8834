import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../../setup/paths.mjs';

/**
 * Makes `place` an empty cache for XDG_CACHE_HOME, but for the shim where there is one: it is made of its source and the
 * compiler alone, and takes longer to compile than most checks.
 * @param {string} place @returns {string} `place`
 */
export function emptyCache(place) {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'cackle'), { recursive: true, mode: 0o700 });
  const made = join(cache, 'shim');
  if (existsSync(made)) cpSync(made, join(place, 'cackle', 'shim'), { recursive: true });
  return place;
}
