import { posix } from 'node:path';

/** Returns why a rule of `compile.env` names no variable; undefined when it does. */
export function variableRuleFault(rule: string): string | undefined {
  return rule === '' || /[=\0]/.test(rule)
    ? 'the name of an environment variable is expected'
    : undefined;
}

/** Returns why a rule of `compile.files` names no file; undefined when it does. */
export function fileRuleFault(rule: string): string | undefined {
  if (rule.includes('\0')) return 'a NUL character cannot stand here';
  return rule === '' ? 'a path is expected here' : undefined;
}

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
