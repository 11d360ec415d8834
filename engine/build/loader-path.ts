import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isWithin, realPath } from '../paths.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { Workspace } from '../workspace/types.ts';

/** The variable with the directories in which the loader looks first (ld.so(8)). Cargo sets it for all that it runs. */
export const LOADER_PATH = 'LD_LIBRARY_PATH';

/** Where output of the build lies, and what a program may need of it. */
export interface BuiltPlaces {
  readonly workspace: Pick<Workspace, 'targetDirectory' | 'buildDirectory' | 'sysroot'>;
  /** Resolves to the directory that takes the place of one in the target or build directory, if any does. */
  loaderPlace(directory: string): Promise<string | undefined>;
}

/**
 * Returns an environment that cargo gives a program, with a path of the loader in which no program of the build can leave
 * a library for another one to load (rule 9.14). `cwd` is the program's working directory.
 */
export async function withLoaderPath(
  env: ReadonlyMap<string, string>,
  cwd: string,
  places: BuiltPlaces,
): Promise<ReadonlyMap<string, string>> {
  const given = env.get(LOADER_PATH);
  if (given === undefined) return env;
  const left = await loaderPath(given, cwd, places);
  const others = [...env].filter(([name]) => name !== LOADER_PATH);
  return new Map(left === undefined ? others : [...others, [LOADER_PATH, left]]);
}

/**
 * Returns a value of LD_LIBRARY_PATH without the directories in the target and build directory, or with what takes their
 * place. Undefined when nothing is left: loaders differ in what an empty value means.
 */
export async function loaderPath(
  given: string,
  cwd: string,
  { workspace, loaderPlace }: BuiltPlaces,
): Promise<string | undefined> {
  const built = buildDirectories(workspace).flatMap((path) => [path, realPath(path)]);
  const isBuilt = (entry: string): boolean =>
    [resolve(cwd, entry), withoutLinks(entry, cwd)].some((path) => {
      const isToolchain = isWithin(path, workspace.sysroot);
      return !isToolchain && built.some((directory) => isWithin(path, directory));
    });
  const left: string[] = [];
  for (const entry of given.split(':')) {
    if (isBuilt(entry)) {
      const place = await loaderPlace(resolve(cwd, entry));
      if (place !== undefined && !left.includes(place)) left.push(place);
      continue;
    }
    // glibc ends an entry at `;` too, musl at a line break: `:` would mean the same to each.
    const parts = entry.split(/[;\n]/);
    const harmless = parts.filter((part) => !isBuilt(part));
    if (harmless.length === parts.length) left.push(entry);
    else left.push(...harmless);
  }
  const value = left.join(':');
  return value === '' ? undefined : value;
}

/** Returns the directory that the system finds at a path: symbolic links come before `..`, and the end may be missing. */
function withoutLinks(entry: string, cwd: string): string {
  const path = isAbsolute(entry) ? entry : `${cwd}/${entry}`;
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync.native(at), ...missing);
    } catch {
      if (at === dirname(at)) return resolve(path);
      missing.unshift(basename(at));
    }
  }
}
