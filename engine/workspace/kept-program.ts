import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { packageRoot } from '../paths.ts';

/** Returns where a program's sources are: in a clone, or in the npm package; `file` is one of them. Throws CheckError without any. */
export function sourcesOf(name: string, places: readonly [string, string], file: string): string {
  const found = places
    .map((place) => join(packageRoot(), place))
    .find((directory) => existsSync(join(directory, file)));
  if (found !== undefined) return found;
  throw new CheckError(`the sources of the ${name} are missing`, 'install cackle again');
}

/**
 * Resolves to the path of a program that is compiled once and kept in `directory`, which its caller names by what it is made of.
 * `compile` gets a directory in which it leaves the program as `name`. Errors of it and of the file system pass through.
 *
 * The program is built in a directory of its own, which is then renamed: no file system lets a rename replace a directory that is
 * not empty. If another check has built it meanwhile, that program stays: a running program whose file is replaced no longer knows
 * its own name.
 */
export async function keptProgram(
  directory: string,
  name: string,
  compile: (work: string) => Promise<void>,
): Promise<string> {
  const finished = join(directory, name);
  if (existsSync(finished)) return finished;
  await makeDirectory(dirname(directory));
  const work = await mkdtemp(`${directory}.`);
  try {
    await compile(work);
    await rename(work, directory).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      if (existsSync(finished)) return;
      // Left behind by a version that built the program in this place and was killed.
      await rm(directory, { recursive: true, force: true });
      await rename(work, directory);
    });
    return finished;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
