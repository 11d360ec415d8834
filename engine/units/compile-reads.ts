import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RustcOutcome } from '../build/types.ts';
import type { CompileRead, UnitRecord } from '../facts/unit-record.ts';
import { isWithin, realPath } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { sortedBy } from '../sorted-by.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { SourceFile } from '../workspace/dep-info.ts';
import type { Workspace } from '../workspace/types.ts';

/** Bytes; a larger file is no source that a person wrote. */
const MAX_SOURCE = 16 * 1024 * 1024;

/**
 * Returns what a compiled unit asked for that neither cargo nor its own package gives it (rule 4.27): variables, and of
 * the files that rustc read (`read`, by dep-info) those that lie, behind symbolic links, outside of the package's
 * directory and of its OUT_DIR.
 */
export function compileReads(
  { invocation, asked, profiles, hides }: RustcOutcome,
  read: readonly SourceFile[],
  workspace: Workspace,
): UnitRecord['reads'] {
  const { package: index, scriptOutDir, sourcePath } = invocation;
  const directory = realPath(workspace.packages[index]?.directory ?? '/');
  const outDir = scriptOutDir === undefined ? undefined : realPath(scriptOutDir);
  const built = buildDirectories(workspace).map(realPath);
  const isOwn = (file: string): boolean =>
    (outDir !== undefined && isWithin(file, outDir)) ||
    (isWithin(file, directory) && !built.some((place) => isWithin(file, place)));
  const flags = new Set(profiles.map(realPath));
  const outside = new Map<string, string>();
  const directories = new Map<string, string>();
  for (const { file } of read) {
    const real = leadsTo(file, directories);
    if (!isOwn(real) && !flags.has(real)) outside.set(real, file);
  }
  if (asked.length === 0 && outside.size === 0) return { env: [], files: [] };
  const sources = new Sources(read.map(({ file }) => file));
  const at = (name: string, word: string, reader: RegExp): CompileRead => ({
    name,
    place: sources.placeOf(word, reader) ?? { file: sourcePath, line: 1, column: 1 },
  });
  return {
    env: [...new Set(asked)].sort().map((name) => at(name, name, /\benv!/)),
    files: sortedBy(outside, ([real]) => real).map(([real, file]) => ({
      ...at(real, basename(file), /\binclude|\bpath\b|_file\b/),
      ...(hides(real) ? { wasHidden: true } : {}),
    })),
  };
}

/** Returns where the path of a file leads. A crate may have thousands, in few directories: these are looked up once. */
function leadsTo(file: string, directories: Map<string, string>): string {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== false) return realPath(file);
  const directory = dirname(file);
  const real = directories.get(directory) ?? realPath(directory);
  directories.set(directory, real);
  return join(real, basename(file));
}

/** The sources of a unit, read when a place is looked for. */
class Sources {
  private readonly files: readonly string[];
  private lines: { readonly file: string; readonly lines: readonly string[] }[] | undefined;

  constructor(files: readonly string[]) {
    this.files = files;
  }

  /** Returns the first place of a word at the end of a string, on a line with the reader's name where there is one. */
  placeOf(word: string, reader: RegExp): CompileRead['place'] | undefined {
    const named = new RegExp(`(?<=["/])${word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}"`);
    this.lines ??= this.files.map((file) => ({ file, lines: linesOf(file) }));
    let other: CompileRead['place'] | undefined;
    for (const { file, lines } of this.lines) {
      for (const [index, line] of lines.entries()) {
        const found = named.exec(line);
        if (found === null) continue;
        const place = { file, line: index + 1, column: found.index + 1 };
        if (reader.test(line)) return place;
        other ??= place;
      }
    }
    return other;
  }
}

/** Returns the lines of a source; none where it cannot be read, which the scan of the sources reports. */
function linesOf(file: string): string[] {
  try {
    return readRegularFile(file, MAX_SOURCE).toString().split('\n');
  } catch {
    return [];
  }
}
