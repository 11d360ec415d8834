import { basename } from 'node:path';
import type { RustText } from '../conditions/rust-text.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { isWithin } from '../paths.ts';

/**
 * Returns, by package id, every file that rustc read for its units, whatever it is called and wherever it lies (`include!`, `#[path]`),
 * save for what a build script wrote: `written` are the directories of the build.
 */
export function readByPackage(
  units: readonly UnitRecord[],
  written: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { packageId, sources } of units) {
    const files = found.get(packageId) ?? new Set();
    found.set(packageId, files);
    for (const file of sources)
      if (!written.some((directory) => isWithin(file, directory))) files.add(file);
  }
  return found;
}

/**
 * Returns a function that tells whether these sources of a package read a file as data alone: `include_str!` or `include_bytes!` names
 * it, and nothing else does or may.
 */
export function dataOf(sources: Iterable<RustText>): (file: string) => boolean {
  const asText = new Set<string>();
  // Ends of names: one that is put together may be any with that end.
  const asCode = new Set<string>();
  for (const { tokens, closing } of sources)
    for (const [i, { text }] of tokens.entries()) {
      const isMacro = tokens[i + 1]?.text === '!';
      if (isMacro && /^include(?:_str|_bytes)?$/.test(text)) {
        const inside = tokens.slice(i + 3, closing.get(i + 2) ?? i + 3);
        const name = fileIn(inside.findLast((token) => token.text.includes('"'))?.text ?? '');
        if (text === 'include') asCode.add(name ?? '');
        else if (name !== undefined) asText.add(name);
      }
      if (text === 'path' && tokens[i + 1]?.text === '=')
        asCode.add(fileIn(tokens[i + 2]?.text ?? '') ?? '');
    }
  return (file) => {
    const name = basename(file);
    return asText.has(name) && ![...asCode].some((end) => name.endsWith(end));
  };
}

/** The name of the file that a string literal ends in; undefined for one with escapes. */
function fileIn(literal: string): string | undefined {
  const path = /^r?#*"([^\\]*)"#*$/.exec(literal)?.[1];
  return path === undefined ? undefined : basename(path);
}
