import { join } from 'node:path';
import { normalisedSource, splitKey } from '../config/sources.ts';
import { readRegularFile } from '../regular-file.ts';

/** What Cargo.lock names, for every target and feature. */
export interface LockedPackages {
  /** Cargo's names. */
  readonly names: ReadonlySet<string>;
  /** Is it there: a package by cargo's name, or by `NAME@SOURCE`? */
  has(key: string): boolean;
}

const entry =
  /^\[\[package\]\]\s*\nname = "([^"\n]+)"\s*\nversion = "[^"\n]*"(?:\s*\nsource = "([^"\n]+)")?/gm;

/** The packages of Cargo.lock; undefined where there is none that says so. */
export function lockedPackages(root: string): LockedPackages | undefined {
  let text: string;
  try {
    text = readRegularFile(join(root, 'Cargo.lock')).toString();
  } catch {
    return undefined;
  }
  const names = new Set<string>();
  const sourced = new Set<string>();
  for (const [, name = '', source] of text.matchAll(entry)) {
    names.add(name);
    // It does not say in which directory a package without a source is.
    sourced.add(`${name}@${source === undefined ? '' : normalisedSource(source)}`);
  }
  return {
    names,
    has(key) {
      const { name, source } = splitKey(key);
      if (source === undefined) return names.has(name);
      const isDirectory = source !== 'crates.io' && !source.includes('://');
      return sourced.has(`${name}@${isDirectory ? '' : normalisedSource(source)}`);
    },
  };
}
