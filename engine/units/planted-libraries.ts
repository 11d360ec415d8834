import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { entriesOf } from '../paths.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/** Directories in which the loader looks before the one it was given (ld.so(8), "Hardware capabilities"). */
const subdirectory =
  /^(?:glibc-hwcaps|tls|haswell|xeon_phi|avx512_1|x86_64|i[3-6]86|sse2|aarch64|atomics)$/;

/**
 * Nanoseconds within which a directory may change again and keep its time: a file system's clock ticks every few
 * milliseconds.
 */
const TICK = 50_000_000n;

/**
 * Finds files that would be loaded in place of a library of the system or the toolchain. Cargo sets LD_LIBRARY_PATH
 * for every program it runs, rustc included, so that the loader first looks where cargo's units leave their outputs,
 * and a proc macro can write there even in rustc's sandbox. In a check no program looks there (rule 9.14), but what lies
 * there tells of an attempt, and a program may name the directory itself (`-C rpath`), or run without us later.
 */
export class PlantedLibraries {
  /** Directories in which nothing was found, with their times then. */
  private readonly clean = new Map<string, bigint>();
  private readonly shadowed = new Map<string, string | undefined>();
  private readonly libraryDirectories: readonly string[];
  private readonly records: Records;

  constructor(workspace: Workspace, records: Records) {
    this.libraryDirectories = [join(workspace.sysroot, 'lib'), ...systemDirectories()];
    this.records = records;
  }

  /**
   * Throws CheckError that names the first such file. Called before anything runs, and at the end. `more` are the
   * directories in which a unit is about to leave outputs.
   */
  async refuse(...more: readonly string[]): Promise<void> {
    const places = [...this.records.outputDirectories(), ...more].flatMap((p) => [p, dirname(p)]);
    for (const place of new Set(places)) {
      const time = statSync(place, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
      if (time === undefined || this.clean.get(place) === time) continue;
      for (const name of entriesOf(place)) await this.look(place, name);
      if (time + TICK < BigInt(Date.now()) * 1_000_000n) this.clean.set(place, time);
    }
  }

  /** Does the loader take a file or directory of this name, wherever it looks first, before a library of the system or toolchain? */
  isTakenFirst(name: string): boolean {
    return subdirectory.test(name) || this.shadowedBy(name) !== undefined;
  }

  private async look(place: string, name: string): Promise<void> {
    const path = join(place, name);
    if (subdirectory.test(name))
      throw new CheckError(
        `cargo has the loader take libraries from ${path} before all others, and cackle has not judged them`,
        REMOVE,
      );
    const shadowed = this.shadowedBy(name);
    if (shadowed === undefined || this.records.isOutput(path)) return;
    if (await this.records.isLinkOfOutput(path)) return;
    throw new CheckError(
      `cargo has all programs load ${path} in place of ${shadowed}, and cackle has not judged it`,
      REMOVE,
    );
  }

  /** Returns the library of the system or the toolchain with this name, if there is one. */
  private shadowedBy(name: string): string | undefined {
    if (!/\.so(?:\.[\d.]+)?$/.test(name)) return undefined;
    if (!this.shadowed.has(name)) {
      const found = this.libraryDirectories
        .map((place) => join(place, name))
        .find((path) => existsSync(path));
      this.shadowed.set(name, found);
    }
    return this.shadowed.get(name);
  }
}

const REMOVE =
  'a proc macro or build script may have put it there: remove it, look at what they do, and check again';

function systemDirectories(): readonly string[] {
  return ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'].flatMap((place) => [
    place,
    // Directories for each machine, as in Debian and other systems.
    ...entriesOf(place)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(place, name)),
  ]);
}
