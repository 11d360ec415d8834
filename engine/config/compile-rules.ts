import { posix } from 'node:path';

/** Returns whether a rule of `compile.env` allows a variable: it is its name, or begins it and ends in `*`. */
export function coversVariable(rule: string, name: string): boolean {
  return rule.endsWith('*') ? name.startsWith(rule.slice(0, -1)) : name === rule;
}

/**
 * Returns whether a rule of `compile.files` allows a file, which is given as a check names it (`writtenFile`): it is the same
 * path, or that of a directory above. Nothing is looked up on disk: a link cannot widen a rule.
 */
export function coversFile(rule: string, file: string): boolean {
  const from = posix.normalize(rule).replace(/(?<=.)\/$/, '');
  if (file === from) return true;
  const below = from === '/' ? '/' : `${from}/`;
  // `../../x` is not below `..`.
  return file.startsWith(below) && !file.slice(below.length).startsWith('../');
}
