import { basename } from 'node:path';
import { includeMacros, namedFiles } from '../conditions/named-files.ts';
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
  const all = [...sources];
  const including = includeMacros(all);
  const named = all.map((rust) => namedFiles(rust, including));
  const asText = new Set(named.flatMap((one) => one.asText));
  const asCode = new Set(named.flatMap((one) => one.asCode));
  return (file) => {
    const name = basename(file);
    return asText.has(name) && ![...asCode].some((end) => name.endsWith(end));
  };
}
