import { dirname, extname } from 'node:path';
import type { CargoArtifact } from '../build/types.ts';
import { fileKey, type RecordStore, sameFile, stampOf } from '../facts/store.ts';
import type { BuildScriptRecord, FileStamp, LinkRecord, UnitRecord } from '../facts/unit-record.ts';
import { addTo } from '../group-by.ts';
import { readRegularFile } from '../regular-file.ts';
import { sortedBy } from '../sorted-by.ts';
import type { Workspace } from '../workspace/types.ts';
import { type BuildPlaces, filesOf, forgetRun, isOwnFile, namedAlike } from './forget.ts';
import { refuseOther } from './twice-compiled.ts';
import { isIntact } from './unchanged.ts';

/** The unit records of a target directory, which are found by the units' files. */
export class Records {
  /** Units of this check: built by it, or found fresh. */
  readonly current = new Set<UnitRecord>();
  private changes = 0;
  private readonly byPath = new Map<string, UnitRecord>();
  /** By {@link fileKey}, for files that cargo has hard-linked to another name. */
  private readonly byFile = new Map<string, UnitRecord>();
  private readonly directories = new Set<string>();
  private readonly scripts = new Map<string, BuildScriptRecord>();
  /** OUT_DIRs of the build scripts that this check ran or held back. */
  private readonly fresh = new Set<string>();
  /** The units that list a source file, by file. Created by the first query. */
  private listed: Map<string, [UnitRecord, ...UnitRecord[]]> | undefined;
  private readonly factsOfInput = new Map<string, { stamp: FileStamp; facts: string }>();
  private readonly store: RecordStore;
  private readonly places: BuildPlaces & Pick<Workspace, 'byId'>;
  private reading: Promise<void> | undefined;

  /** True for what commands of cargo's build behind the gates: of that no check knows, and they not of its units. */
  readonly areGated: boolean;

  private constructor(
    store: RecordStore,
    places: BuildPlaces & Pick<Workspace, 'byId'>,
    areGated: boolean,
  ) {
    this.store = store;
    this.places = places;
    this.areGated = areGated;
  }

  /** Resolves when the records of units are read; the first call starts that. No query about units may come earlier. */
  unitsRead(): Promise<void> {
    if (this.reading === undefined) {
      this.reading = this.refreshUnits();
      // The code that awaits it gets the error.
      this.reading.catch(() => undefined);
    }
    return this.reading;
  }

  /**
   * Opens the records of the workspace's packages and reads those of build scripts. Those of units are read while cargo runs.
   * Another clone may share the target directory, and cargo takes what that left for its own: without a record, it is built
   * again.
   */
  static async open(
    store: RecordStore,
    places: BuildPlaces & Pick<Workspace, 'byId'>,
    areGated = false,
  ): Promise<Records> {
    const records = new Records(store, places, areGated);
    await records.refreshScripts();
    return records;
  }

  /** Adds the records that another check of the same target directory has written meanwhile. */
  private async refresh(): Promise<void> {
    await this.refreshUnits();
    await this.refreshScripts();
  }

  private async refreshUnits(): Promise<void> {
    for (const record of await this.store.units()) {
      if (!this.places.byId.has(record.packageId)) continue;
      if ((record.gated !== undefined) !== this.areGated) continue;
      const known = record.outputs.some(({ path }) => {
        const unit = this.byPath.get(path);
        return unit !== undefined && this.current.has(unit);
      });
      if (!known) this.index(record);
    }
  }

  private async refreshScripts(): Promise<void> {
    for (const script of await this.store.buildScripts()) {
      const isOfTree = this.places.byId.has(script.packageId);
      if ((script.gated === true) !== this.areGated) continue;
      if (isOfTree && !this.fresh.has(script.outDir)) this.scripts.set(script.outDir, script);
    }
  }

  /** Reads the store again when one of these outputs has no record: by cargo's lock, checks take turns. */
  async refreshFor(outputs: readonly string[]): Promise<void> {
    if (outputs.some((path) => !this.isOutput(path))) await this.refresh();
  }

  /** Resolves when the record is on disk; from then on its files lead to it. */
  async put(record: UnitRecord): Promise<void> {
    // A target whose source has moved leaves files of the same names.
    const replaced = new Set(record.outputs.flatMap(({ path }) => this.byPath.get(path) ?? []));
    for (const unit of replaced) if (this.current.has(unit)) refuseOther(unit, record);
    this.index(record);
    this.current.add(record);
    await this.store.putUnit(record);
    for (const unit of replaced) await this.store.replaceUnit(unit, record);
  }

  /** Adds a unit of which nothing is judged; resolves when its record is on disk. */
  async putAsGiven(record: UnitRecord): Promise<void> {
    this.index(record);
    await this.store.putUnit(record);
  }

  /** Resolves when the facts of a unit's libraries are on disk, for libraries that no recorded link has used. */
  async putArchives(record: UnitRecord, archives: UnitRecord['archives']): Promise<void> {
    if (archives.every(({ path }) => this.factsOfInput.has(path))) return;
    await this.store.putUnit({ ...record, archives });
  }

  /** Resolves when the record of a build script that ran or was held back is on disk. */
  async putScript(given: BuildScriptRecord): Promise<void> {
    const record: BuildScriptRecord = this.areGated ? { ...given, gated: true } : given;
    this.changes++;
    this.scripts.set(record.outDir, record);
    this.fresh.add(record.outDir);
    await this.store.putBuildScript(record);
  }

  /**
   * Updates the recorded change times of a unit's outputs: cargo hard-links them to other names, which changes the
   * times.
   */
  async restamp(record: UnitRecord): Promise<void> {
    const stamps = await Promise.all(
      record.outputs.map(async (output) => {
        const now = await stampOf(output.path);
        return now !== undefined && sameFile(now, output) ? now : output;
      }),
    );
    if (stamps.every((stamp, i) => stamp.ctime === record.outputs[i]?.ctime)) return;
    await this.store.putUnit({ ...record, outputs: stamps });
  }

  /** Resolves to true when the file at a path is still what its recorded unit left there. */
  async isAsRecorded(path: string): Promise<boolean> {
    const record = this.byOutput(path);
    const output = record?.outputs.find((o) => o.path === path);
    const now = await stampOf(path);
    if (record === undefined || output === undefined || now === undefined) return false;
    return sameFile(output, now) && isIntact(record, output, now);
  }

  /**
   * Resolves to the unit that left a file, under whatever name, and to the path that the unit gave it; undefined when the file is not
   * as it was then.
   */
  async makerOf(
    path: string,
  ): Promise<{ readonly record: UnitRecord; readonly output: string } | undefined> {
    const now = await stampOf(path);
    if (now === undefined) return undefined;
    const record = this.byPath.get(path) ?? this.byFile.get(fileKey(now));
    const output = record?.outputs.find((o) => o.path === path || sameFile(o, now));
    if (record === undefined || output === undefined) return undefined;
    if (!sameFile(output, now)) return undefined;
    if (record.asGiven !== true && !isIntact(record, output, now)) return undefined;
    return { record, output: output.path };
  }

  /** Returns the units of this check in an order that does not depend on when they were built. */
  currentInOrder(): UnitRecord[] {
    return sortedBy(this.current, orderOf);
  }

  /** Yields every unit in the store, from this check or an earlier one. */
  *all(): Generator<UnitRecord> {
    yield* new Set(this.byPath.values());
  }

  /** Returns the units whose dep-info lists a file, from this check or an earlier one. */
  listing(file: string): readonly UnitRecord[] {
    if (this.listed === undefined) {
      this.listed = new Map();
      for (const record of this.all()) this.list(record, this.listed);
    }
    return this.listed.get(file) ?? [];
  }

  private list(record: UnitRecord, listed: Map<string, [UnitRecord, ...UnitRecord[]]>): void {
    for (const file of record.sources) addTo(listed, file, record);
  }

  /**
   * Returns the units that are part of an output of `record`: itself, the units it was compiled with, and those that
   * it links.
   */
  partsOf(record: UnitRecord, link: LinkRecord): Set<UnitRecord> {
    // With link-time optimisation, libraries are not inputs; with a search path, an input may be a library that no
    // option names.
    const parts = this.closure([...record.externs, ...link.inputs.map((i) => i.path)]);
    for (const unit of parts) if (unit.isProcMacro) parts.delete(unit);
    return parts.add(record);
  }

  /** Returns the units that left the files at `paths`, and those that they were compiled with. */
  closure(paths: readonly string[]): Set<UnitRecord> {
    const found = new Set<UnitRecord>();
    const pending = [...paths];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const record = this.ofLibrary(path);
      if (record === undefined || found.has(record)) continue;
      found.add(record);
      // A proc macro's dependencies are linked into it, not loaded beside it.
      if (!record.isProcMacro) pending.push(...record.externs);
    }
    return found;
  }

  /** Returns every build script run in the store. */
  allScripts(): Iterable<BuildScriptRecord> {
    return this.scripts.values();
  }

  /** A number that changes whenever a unit or a build script is recorded. */
  get revision(): number {
    return this.changes;
  }

  script(outDir: string): BuildScriptRecord | undefined {
    return this.scripts.get(outDir);
  }

  /** Returns whether all that the build script of an OUT_DIR says is known; true where there is none. */
  hasSpoken(outDir: string): boolean {
    const held = this.script(outDir)?.held;
    return held !== 'run' && held !== 'output';
  }

  /**
   * Returns whether this check's gate saw the run. A run that only an earlier check recorded is one that cargo called
   * fresh.
   */
  isOfThisCheck(outDir: string): boolean {
    return this.fresh.has(outDir);
  }

  /**
   * Makes cargo run a build script again, and build again everything that was compiled with the output of its last
   * run.
   */
  async forgetScript({ outDir }: BuildScriptRecord): Promise<void> {
    await forgetRun(outDir);
    await this.store.removeBuildScript(outDir);
    this.scripts.delete(outDir);
  }

  /**
   * Makes cargo run again every build script that ran in another sandbox than `sandboxOf` now returns for its
   * package.
   */
  async forgetOtherwiseSandboxed(
    sandboxOf: (packageId: string) => string | undefined,
  ): Promise<void> {
    for (const script of [...this.scripts.values()]) {
      const now = sandboxOf(script.packageId);
      if (script.held === 'run' || now === undefined || now === script.sandbox) continue;
      await this.forgetScript(script);
    }
  }

  byOutput(path: string): UnitRecord | undefined {
    return this.byPath.get(path);
  }

  /** Returns the unit that left a library, or the library of this metadata. */
  ofLibrary(path: string): UnitRecord | undefined {
    return this.byPath.get(path) ?? this.byPath.get(path.replace(/\.rmeta$/, '.rlib'));
  }

  /** Returns whether a unit left this library, or the library of this metadata. */
  isOutput(path: string): boolean {
    return this.ofLibrary(path) !== undefined;
  }

  /** Resolves to whether a file is an output of a unit under another name. */
  async isLinkOfOutput(path: string): Promise<boolean> {
    const stamp = await stampOf(path);
    return stamp !== undefined && this.byFile.has(fileKey(stamp));
  }

  /** Returns whether a unit left an output in this directory. */
  holdsOutputs(directory: string): boolean {
    return this.directories.has(directory);
  }

  /** Returns every directory in which a unit left an output. */
  outputDirectories(): ReadonlySet<string> {
    return this.directories;
  }

  /** Resolves to the hash of an input's facts when the unchanged file at this path was an input of an earlier link. */
  async knownFacts(path: string): Promise<{ facts: string; stamp: FileStamp } | undefined> {
    const known = this.factsOfInput.get(path);
    if (known === undefined) return undefined;
    const now = await stampOf(path);
    const isSame =
      now !== undefined && sameFile(now, known.stamp) && now.ctime === known.stamp.ctime;
    return isSame ? known : undefined;
  }

  /**
   * Resolves to the record of an artifact that cargo calls fresh; undefined when there is none for exactly these
   * files.
   */
  async ofArtifact(artifact: CargoArtifact): Promise<UnitRecord | undefined> {
    const known = await this.find(artifact);
    if (known !== undefined) return known;
    await this.refresh();
    return this.find(artifact);
  }

  private async find(artifact: CargoArtifact): Promise<UnitRecord | undefined> {
    let found: UnitRecord | undefined;
    let isShared = false;
    let isCopied = false;
    for (const file of filesOf(artifact)) {
      const stamp = await stampOf(file);
      if (stamp === undefined) continue;
      const record = this.byPath.get(file) ?? this.byFile.get(fileKey(stamp));
      if (record === undefined) {
        // Where hard links are not possible, cargo copies the unit's file to the place that the message names.
        isCopied ||= !isOwnFile(file);
        continue;
      }
      if (record.packageId !== artifact.packageId) {
        isShared = true;
        continue;
      }
      const recorded = record.outputs.find(
        (output) => output.path === file || sameFile(output, stamp),
      );
      if (recorded === undefined) continue;
      // Nothing was judged that could be another by now.
      if (record.asGiven === true) return record;
      // A single file that differs from the record is enough: it is then unknown what the unit is now.
      if (recorded.path === file && !sameFile(recorded, stamp)) return undefined;
      if (!isIntact(record, recorded, stamp)) return undefined;
      found ??= record;
    }
    if (found !== undefined || !(isShared || isCopied)) return found;
    const possible = await this.hidden(artifact);
    // Of units with other features, the copy tells which it is.
    const [only, ...others] = isShared ? possible : possible.filter((u) => isCopyOf(artifact, u));
    return isShared && others.length > 0 ? undefined : only;
  }

  /**
   * Resolves to the possible units of an artifact that cargo has copied, or overwritten with another package's ("output filename
   * collision"): the file in deps/ or examples/ is not the one in the message. None when one of them has changed.
   */
  private async hidden(artifact: CargoArtifact): Promise<UnitRecord[]> {
    const recorded = new Map([...this.all()].flatMap((r) => r.outputs.map((o) => [o.path, r])));
    const possible = new Set<UnitRecord>();
    for (const path of await namedAlike(artifact, this.places)) {
      const record = recorded.get(path);
      if (record?.packageId !== artifact.packageId) {
        if (record === undefined) return [];
        continue;
      }
      if (record.sourcePath !== artifact.sourcePath) continue;
      if ((record.kind === 'test') !== artifact.isTest) continue;
      const output = record.outputs.find((o) => o.path === path);
      const stamp = await stampOf(path);
      if (output === undefined || stamp === undefined || !sameFile(output, stamp)) return [];
      if (!isIntact(record, output, stamp)) return [];
      possible.add(record);
    }
    return [...possible];
  }

  private index(record: UnitRecord): void {
    this.changes++;
    if (this.listed !== undefined) this.list(record, this.listed);
    for (const output of record.outputs) {
      this.directories.add(dirname(output.path));
      this.byPath.set(output.path, record);
      this.byFile.set(fileKey(output), record);
      const known = this.factsOfInput.get(output.path);
      if (known !== undefined && !sameFile(known.stamp, output))
        this.factsOfInput.delete(output.path);
    }
    for (const { path, facts } of record.archives) {
      const stamp = record.outputs.find((output) => output.path === path);
      if (stamp !== undefined) this.factsOfInput.set(path, { stamp, facts });
    }
    for (const link of record.links) {
      this.byPath.set(link.output, record);
      for (const input of link.inputs) {
        if (input.stamp !== undefined)
          this.factsOfInput.set(input.path, { stamp: input.stamp, facts: input.facts });
      }
    }
  }
}

/** Largest output of a linker, and largest buffer, in bytes. */
const MAX_UNIT = 2 ** 31 - 1;

/**
 * Returns whether every file in an artifact message equals the unit's file byte for byte. Otherwise, the named file
 * is not the judged one.
 */
function isCopyOf(artifact: CargoArtifact, unit: UnitRecord): boolean {
  return filesOf(artifact).every((file) => {
    const own = unit.outputs.filter(({ path }) => extname(path) === extname(file));
    try {
      const content = readRegularFile(file, MAX_UNIT);
      return own.some(({ path }) => readRegularFile(path, MAX_UNIT).equals(content));
    } catch {
      // The file is missing: cargo makes it again.
      return false;
    }
  });
}

/**
 * Returns a key that sorts units in a report by what they are. The hash in the file name comes last, because cargo
 * may derive it from the directory of the sources.
 */
export function orderOf(unit: UnitRecord): string {
  const { packageId, kind, outDir, targetName, sourcePath, extraFilename } = unit;
  // A build script's directory has a hash in its name; for other units, the directory distinguishes examples from
  // programs.
  const directory = kind === 'build-script' ? '' : outDir;
  return [packageId, kind, directory, targetName, sourcePath, outDir, extraFilename].join('\0');
}
