import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../../setup/paths.mjs';

/**
 * Makes `place` an empty cache for XDG_CACHE_HOME, but for the shim and the launcher where there are any: they are made of their
 * sources and the compiler alone, and take longer to compile than most checks.
 * @param {string} place @returns {string} `place`
 */
export function emptyCache(place) {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'cackle'), { recursive: true, mode: 0o700 });
  for (const program of ['shim', 'launcher']) {
    const made = join(cache, program);
    if (existsSync(made)) cpSync(made, join(place, 'cackle', program), { recursive: true });
  }
  return place;
}
