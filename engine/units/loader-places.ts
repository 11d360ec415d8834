import { createHash } from 'node:crypto';
import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileKey, sameFile, stampOf } from '../facts/store.ts';
import { entriesOf, isWithin, realPath } from '../paths.ts';
import type { Workspace } from '../workspace/types.ts';
import type { PlantedLibraries } from './planted-libraries.ts';
import type { Records } from './records.ts';

/**
 * Directories in which the loader may look for what was built. Cargo names those in which units leave their outputs, and a
 * proc macro in rustc's sandbox can write there at any time. In their place stand directories of links to the shared
 * libraries that a program may need, where no sandbox can write.
 */
export class LoaderPlaces {
  /** Dylibs that are as their units left them, with their state then: to find that out may take reading them. */
  private readonly intact = new Map<string, string>();
  /** Resolves when nothing is being linked to: who asked first must not remove what a later answer needs. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly root: string;
  /**
   * Names of the targets that are dylibs, by package. A record does not tell a dylib from a cdylib, with which no Rust
   * program is linked.
   */
  private readonly dylibs = new Map<string, ReadonlySet<string>>();
  private readonly records: Records;
  private readonly planted: PlantedLibraries;

  constructor(workspace: Workspace, records: Records, planted: PlantedLibraries) {
    this.root = join(workspace.targetDirectory, '.cackle', 'loader');
    for (const { id, targets } of workspace.packages) {
      const dylibs = targets.filter(({ crateTypes }) => crateTypes.includes('dylib'));
      if (dylibs.length > 0) this.dylibs.set(id, new Set(dylibs.map(({ name }) => name)));
    }
    this.records = records;
    this.planted = planted;
  }

  /**
   * Resolves to the directory that takes the place of one in the target directory, by its absolute path; undefined when no
   * program needs a shared library of it. The records of units have to be read. Errors of the file system pass through.
   */
  async insteadOf(directory: string): Promise<string | undefined> {
    const real = realPath(directory);
    const outDir = this.outDirOf(directory);
    if (outDir !== undefined)
      return isWithin(real, realPath(outDir)) ? this.ofScript(real) : undefined;
    const answer = this.last.then(() => this.ofUnits(directory, real));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private async ofUnits(directory: string, real: string): Promise<string | undefined> {
    const dylibs = await this.dylibsIn(new Set([directory, real]));
    return dylibs.length === 0 ? undefined : this.linksTo(directory, dylibs);
  }

  private outDirOf(directory: string): string | undefined {
    for (let at = directory; at !== dirname(at); at = dirname(at))
      if (this.records.script(at) !== undefined) return at;
    return undefined;
  }

  /**
   * What a build script left, its sandbox lets nobody else change. But programs of other packages look there too, and
   * would take it for a library of the system.
   */
  private ofScript(directory: string): string | undefined {
    const names = entriesOf(directory);
    const shared = names.filter((name) => /\.so(?:\.|$)/.test(name));
    const harmless = shared.filter((name) => !this.planted.isTakenFirst(name));
    if (harmless.length === 0) return undefined;
    if (!names.some((name) => this.planted.isTakenFirst(name))) return directory;
    return this.linksTo(
      directory,
      harmless.map((name) => join(directory, name)),
    );
  }

  /** Returns the dylibs that units left in a directory, and those that cargo hard-linked into it. */
  private async dylibsIn(directories: ReadonlySet<string>): Promise<string[]> {
    const found: string[] = [];
    if (this.dylibs.size === 0) return found;
    for (const { outDir, packageId, targetName, links, outputs } of this.records.all()) {
      if (this.dylibs.get(packageId)?.has(targetName) !== true) continue;
      for (const { output, outputKind } of links) {
        const own = outputs.find(({ path }) => path === output);
        if (outputKind !== 'shared' || own === undefined) continue;
        const isIn = async (directory: string): Promise<boolean> => {
          if (directory === outDir) return true;
          const second = await stampOf(join(directory, basename(output)));
          return second !== undefined && sameFile(second, own);
        };
        const among = await Promise.all([...directories].map(isIn));
        if (among.includes(true) && (await this.isIntact(output))) found.push(output);
      }
    }
    return found;
  }

  private async isIntact(path: string): Promise<boolean> {
    const now = await stampOf(path);
    if (now === undefined) return false;
    const state = `${fileKey(now)} ${now.ctime}`;
    if (this.intact.get(path) === state) return true;
    if (!(await this.records.isAsRecorded(path))) return false;
    this.intact.set(path, state);
    return true;
  }

  /** Returns a directory of links to files; a program that has it already keeps it. */
  private linksTo(directory: string, files: readonly string[]): string {
    const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
    const place = join(this.root, name);
    mkdirSync(place, { recursive: true });
    const wanted = new Map(files.map((path) => [basename(path), path]));
    for (const there of entriesOf(place)) {
      if (isLinkTo(join(place, there), wanted.get(there))) wanted.delete(there);
      else rmSync(join(place, there), { recursive: true, force: true });
    }
    for (const [there, path] of wanted) link(join(place, there), path);
    return place;
  }
}

/** Makes a link, unless another check that runs programs of this target directory has just made it. */
function link(at: string, to: string): void {
  try {
    symlinkSync(to, at);
  } catch (error) {
    if (!isLinkTo(at, to)) throw error;
  }
}

function isLinkTo(path: string, to: string | undefined): boolean {
  try {
    return readlinkSync(path) === to;
  } catch {
    return false;
  }
}
