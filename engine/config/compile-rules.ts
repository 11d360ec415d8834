import { homedir } from 'node:os';
import { posix } from 'node:path';
import { isWithin, realPath } from '../paths.ts';

/** Returns whether a rule of `compile.env` allows a variable: it is its name, or begins it and ends in `*`. */
export function coversVariable(rule: string, name: string): boolean {
  return rule.endsWith('*') ? name.startsWith(rule.slice(0, -1)) : name === rule;
}

/**
 * Returns whether a rule of `compile.files` allows a file, which is given as a check names it (`writtenFile`): it is the same
 * path, or that of a directory above. What lies in the home directory may be written from `~/` or from `/`. No other link is looked up
 * on disk: one cannot widen a rule.
 */
export function coversFile(rule: string, file: string): boolean {
  const from = withHome(posix.normalize(rule).replace(/(?<=.)\/$/, ''));
  const path = withHome(file);
  if (path === from) return true;
  const below = from === '/' ? '/' : `${from}/`;
  // `../../x` is not below `..`.
  return path.startsWith(below) && !path.slice(below.length).startsWith('../');
}

/** Returns a path that begins with `~/`, or with the home directory as the user calls it, by where that directory lies. */
function withHome(path: string): string {
  const home = homedir();
  if (path === '~' || path.startsWith('~/')) return `${realPath(home)}${path.slice(1)}`;
  return home !== '/' && isWithin(path, home)
    ? `${realPath(home)}${path.slice(home.length)}`
    : path;
}
