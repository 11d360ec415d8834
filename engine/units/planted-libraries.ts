import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/** Directories that the loader looks into before the one that it is told of (ld.so(8), "Hardware capabilities"). */
const subdirectory =
  /^(?:glibc-hwcaps|tls|haswell|xeon_phi|avx512_1|x86_64|i[3-6]86|sse2|aarch64|atomics)$/;

/** A directory that changed so lately may change again without another time: a file system's clock ticks every few milliseconds. */
const TICK = 50_000_000n;

/**
 * Finds what would be loaded in place of a library of the system or the toolchain: by LD_LIBRARY_PATH cargo has all that it
 * runs, rustc too, look first where its units leave their outputs, and there a proc macro can write even in rustc's sandbox.
 */
export class PlantedLibraries {
  /** Directories as they were when nothing was found in them, by their times. */
  private readonly clean = new Map<string, bigint>();
  private readonly shadowed = new Map<string, string | undefined>();
  private readonly libraryDirectories: readonly string[];
  private readonly records: Records;

  constructor(workspace: Workspace, records: Records) {
    this.libraryDirectories = [join(workspace.sysroot, 'lib'), ...systemDirectories()];
    this.records = records;
  }

  /** Throws CheckError that names the first; to be asked before anything runs, and at the end. `more` is where a unit is about to leave something. */
  async refuse(...more: readonly string[]): Promise<void> {
    const places = [...this.records.outputDirectories(), ...more].flatMap((p) => [p, dirname(p)]);
    for (const place of new Set(places)) {
      const time = statSync(place, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
      if (time === undefined || this.clean.get(place) === time) continue;
      for (const name of namesIn(place)) await this.look(place, name);
      if (time + TICK < BigInt(Date.now()) * 1_000_000n) this.clean.set(place, time);
    }
  }

  private async look(place: string, name: string): Promise<void> {
    const path = join(place, name);
    if (subdirectory.test(name))
      throw new CheckError(
        `${path}: the loader would take libraries from there before all others, and nobody judged them`,
        REMOVE,
      );
    const shadowed = this.shadowedBy(name);
    if (shadowed === undefined || this.records.isOutput(path)) return;
    if (await this.records.isLinkOfOutput(path)) return;
    throw new CheckError(
      `${path} would be loaded in place of ${shadowed} by all that cargo runs, and nobody judged it`,
      REMOVE,
    );
  }

  /** The library of the system or the toolchain that has a name, if there is one. */
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

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function systemDirectories(): readonly string[] {
  return ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'].flatMap((place) => [
    place,
    // Debian's and others' directories by machine.
    ...namesIn(place)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(place, name)),
  ]);
}
