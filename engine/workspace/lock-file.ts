import { join } from 'node:path';
import { normalisedSource, splitKey } from '../config/sources.ts';
import { readRegularFile } from '../regular-file.ts';

/** The packages in Cargo.lock, for every target and feature. */
export interface LockedPackages {
  /** Cargo's names. */
  readonly names: ReadonlySet<string>;
  /** Is a package there, by cargo's name or by `NAME@SOURCE`? */
  has(key: string): boolean;
}

const entry =
  /^\[\[package\]\]\s*\nname = "([^"\n]+)"\s*\nversion = "[^"\n]*"(?:\s*\nsource = "([^"\n]+)")?/gm;

/** Reads the packages of Cargo.lock in `root`; undefined when the file cannot be read. */
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
    // The directory of a package without a source is not in the file.
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
