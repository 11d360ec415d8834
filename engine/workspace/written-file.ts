import { homedir } from 'node:os';
import { dirname, normalize, relative } from 'node:path';
import { coversFile } from '../config/compile-rules.ts';
import { isWithin, realPath } from '../paths.ts';
import type { Package, Workspace } from './types.ts';

/** The checkout of a repository in cargo's home: all of it is of one source. */
const checkout = /^.*\/git\/checkouts\/[^/]+\/[^/]+(?=\/|$)/;

/**
 * Returns a file outside of a package as `compile.files` of cackle.toml names it (rule 2.19): relative to the package's
 * directory where both lie in the workspace, in one checkout, or beside each other; else from `~/`, else absolute. So the
 * text is the same on every machine, where the file is.
 */
export function writtenFile(file: string, { directory }: Package, { root }: Workspace): string {
  const above = [
    ...(isWithin(directory, root) ? [root] : []),
    checkout.exec(directory)?.[0] ?? dirname(directory),
  ];
  if (above.some((place) => place !== '/' && isWithin(file, realPath(place))))
    return relative(realPath(directory), file);
  const home = realPath(homedir());
  return isWithin(file, home) && home !== '/' ? `~/${relative(home, file)}` : file;
}

/**
 * Returns whether a rule of `compile.files` allows a package a file, which is given as a check names it: however the rule is written, from
 * the package's directory, from `~/` or absolute.
 */
export function allowsFile(rule: string, file: string, p: Package): boolean {
  return (
    coversFile(rule, file) ||
    coversFile(normalize(placeOfRule(rule, p)), normalize(placeOfRule(file, p)))
  );
}

/** Returns the place that a rule of `compile.files` names for a package. */
export function placeOfRule(rule: string, { directory }: Package): string {
  if (rule === '~' || rule.startsWith('~/')) return `${homedir()}${rule.slice(1)}`;
  return rule.startsWith('/') ? rule : `${realPath(directory)}/${rule}`;
}
