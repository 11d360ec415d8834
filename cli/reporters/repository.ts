import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { SourcePlace } from '../../engine/problems/places.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { readRegularFile } from '../../engine/regular-file.ts';

/** A place in the repository of the workspace, for tools that show nothing else. */
export interface RepositoryPlace {
  /** Relative to the repository's root, with `/` between its parts. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; absent when only the line is known. */
  readonly column?: number | undefined;
}

/** The repository that a workspace lies in: the git repository around it, else the workspace alone. */
export class Repository {
  readonly root: string;
  readonly #report: Pick<CheckReport, 'workspaceRoot' | 'configFile'>;
  /** By directory: is it a part of the repository? */
  readonly #inside = new Map<string, boolean>();
  readonly #config: readonly string[];
  readonly #lock: readonly string[];

  constructor(report: Pick<CheckReport, 'workspaceRoot' | 'configFile'>) {
    this.#report = report;
    this.root = gitRoot(report.workspaceRoot) ?? report.workspaceRoot;
    this.#config = linesOf(report.configFile);
    this.#lock = linesOf(join(report.workspaceRoot, 'Cargo.lock'));
  }

  /** Returns the path of a file relative to the root; undefined for a file of a registry, a target directory or the like. */
  pathOf(file: string): string | undefined {
    const path = resolve(this.#report.workspaceRoot, file);
    return this.#isInside(dirname(path)) ? relative(this.root, path) : undefined;
  }

  /** Returns a place of a source in the repository; undefined for a file that is not in it. */
  placeOf({ file, line, column }: SourcePlace): RepositoryPlace | undefined {
    const path = this.pathOf(file);
    if (path === undefined) return undefined;
    return { file: path, line: Math.max(line, 1), ...(column > 0 ? { column } : {}) };
  }

  /**
   * Returns where a problem is shown: its first place in this repository; else what concerns its package in cackle.toml
   * or Cargo.lock.
   */
  placeOfProblem(problem: Problem): RepositoryPlace {
    for (const place of sourcesOf(problem)) {
      const found = this.placeOf(place);
      if (found !== undefined) return found;
    }
    if ('configPlace' in problem)
      return this.placeOf({ file: this.#report.configFile, ...problem.configPlace }) ?? this.top();
    return 'packageLabel' in problem
      ? this.placeOfPackage(problem.packageName, /\[([^\]]*)\]$/.exec(problem.packageLabel)?.[1])
      : this.top();
  }

  /** Returns what concerns a package: its table in cackle.toml, else its line in Cargo.lock, else the top of cackle.toml. */
  placeOfPackage(name: string, version: string | undefined): RepositoryPlace {
    const { configFile, workspaceRoot } = this.#report;
    const cargoName = name.replace(/@.*$/s, '');
    for (const key of new Set([name, cargoName])) {
      const line = this.#config.findIndex((text) => isTableOf(text, key));
      const place = line < 0 ? undefined : this.#at(configFile, line + 1);
      if (place !== undefined) return place;
    }
    const line = this.#lock.findIndex(
      (text, i) =>
        text === `name = "${cargoName}"` &&
        (version === undefined || this.#lock[i + 1] === `version = "${version}"`),
    );
    const place = line < 0 ? undefined : this.#at(join(workspaceRoot, 'Cargo.lock'), line + 1);
    return place ?? this.top();
  }

  /** Returns the beginning of cackle.toml; of the root manifest where cackle.toml lies elsewhere. */
  top(): RepositoryPlace {
    const { configFile, workspaceRoot } = this.#report;
    return (
      this.#at(configFile, 1) ?? {
        file: relative(this.root, join(workspaceRoot, 'Cargo.toml')),
        line: 1,
      }
    );
  }

  #at(file: string, line: number): RepositoryPlace | undefined {
    return this.placeOf({ file, line, column: 0 });
  }

  /** Directories of caches, such as target directories and registries, have a tag; a directory with `.git` is another repository. */
  #isInside(directory: string): boolean {
    if (directory === this.root) return true;
    const known = this.#inside.get(directory);
    if (known !== undefined) return known;
    const parent = dirname(directory);
    const inside =
      parent !== directory &&
      this.#isInside(parent) &&
      !existsSync(join(directory, 'CACHEDIR.TAG')) &&
      !existsSync(join(directory, '.git'));
    this.#inside.set(directory, inside);
    return inside;
  }
}

/** Returns the places in sources that a problem has, the first first. */
export function sourcesOf(problem: Problem): SourcePlace[] {
  if ('usages' in problem) return problem.usages.map(({ place }) => place);
  return 'uses' in problem ? problem.uses.map(({ place }) => place) : [];
}

/** The directory above a workspace that has `.git`; undefined where there is none, and for a workspace in a cache. */
function gitRoot(from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    if (existsSync(join(directory, '.git'))) return directory;
    if (dirname(directory) === directory || existsSync(join(directory, 'CACHEDIR.TAG')))
      return undefined;
  }
}

/** Does a line of cackle.toml begin a table of a package, or a dotted key in one? */
function isTableOf(line: string, key: string): boolean {
  const start = /^\s*\[?\s*pkg\s*\.\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*(?:\.|\]|=)/.exec(line);
  return start !== null && (start[1] ?? start[2] ?? start[3]) === key;
}

/** The lines of a file; none of one that is not there, or that the check did not read either. */
function linesOf(file: string): string[] {
  try {
    return readRegularFile(file).toString().split(/\r?\n/);
  } catch {
    return [];
  }
}
