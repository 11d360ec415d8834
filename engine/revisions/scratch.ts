import {
  copyFileSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';

/**
 * Makes `to` a copy of files below `from` (relative paths): what is the same by size and time stays, and what is not listed
 * goes, first of all: a link of an earlier copy where a directory is now would lead out of `to` (rule 11.5). Throws CheckError.
 */
export async function copyFiles(from: string, files: readonly string[], to: string): Promise<void> {
  try {
    const wanted = files.flatMap((file) => {
      const found = lstatSync(join(from, file), { throwIfNoEntry: false });
      // A deleted file that git still knows; a submodule that was not cloned.
      return found === undefined || found.isDirectory() ? [] : [{ file, found }];
    });
    await makeDirectory(to);
    const top = realpathSync(to);
    const names = new Set(wanted.map(({ file }) => file));
    for (const file of filesBelow(to, '', new Set(['.git'])))
      if (!names.has(file)) rmSync(join(to, file), { force: true });
    const directories = new Set<string>();
    for (const { file, found } of wanted) {
      const source = join(from, file);
      const target = join(to, file);
      const directory = dirname(target);
      if (!directories.has(directory)) {
        await makeDirectory(directory);
        if (realpathSync(directory) !== join(top, dirname(file)))
          throw new Error(`a link leads out of it at ${directory}`);
        directories.add(directory);
      }
      if (found.isSymbolicLink()) copyLink(source, target);
      else if (found.isFile()) copyFile(source, target, found.size, found.mtime);
      else throw new Error(`${source} is neither a file nor a link`);
    }
  } catch (error) {
    throw new CheckError(`cannot copy ${from} to ${to}: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

function copyFile(source: string, target: string, size: number, time: Date): void {
  const known = lstatSync(target, { throwIfNoEntry: false });
  if (known?.isFile() && known.size === size && known.mtimeMs === time.getTime()) return;
  if (known !== undefined) rmSync(target, { recursive: true });
  copyFileSync(source, target);
  utimesSync(target, time, time);
}

function copyLink(source: string, target: string): void {
  const link = readlinkSync(source);
  const known = lstatSync(target, { throwIfNoEntry: false });
  if (known?.isSymbolicLink() && readlinkSync(target) === link) return;
  if (known !== undefined) rmSync(target, { recursive: true });
  symlinkSync(link, target);
}

/** Returns every file and link below a directory, relative to it, without directories of the names in `without`. */
export function filesBelow(
  root: string,
  below: string,
  without: ReadonlySet<string> = new Set(),
): string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (!entry.isDirectory()) return [path];
    return without.has(entry.name) ? [] : filesBelow(root, path, without);
  });
}
