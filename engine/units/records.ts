import { basename, dirname, extname } from 'node:path';
import type { CargoArtifact } from '../build/types.ts';
import { fileKey, type RecordStore, sameFile, stampOf } from '../facts/store.ts';
import type { BuildScriptRecord, FileStamp, LinkRecord, UnitRecord } from '../facts/unit-record.ts';
import { readRegularFile } from '../regular-file.ts';
import { sortedBy } from '../sorted-by.ts';
import { type BuildPlaces, filesOf, forgetRun, hashed, namedAlike } from './forget.ts';
import { isIntact } from './unchanged.ts';

/** The unit records of a target directory, found by the files that units left. */
export class Records {
  /** Units of this check: built by it, or found fresh. */
  readonly current = new Set<UnitRecord>();
  private changes = 0;
  private readonly byPath = new Map<string, UnitRecord>();
  /** By {@link fileKey}, for files that cargo has linked elsewhere. */
  private readonly byFile = new Map<string, UnitRecord>();
  private readonly directories = new Set<string>();
  private readonly scripts = new Map<string, BuildScriptRecord>();
  /** OUT_DIRs of the build scripts that this check ran or held. */
  private readonly fresh = new Set<string>();
  /** By source file: the units that list it. Made when somebody asks first. */
  private listed: Map<string, UnitRecord[]> | undefined;
  private readonly factsOfInput = new Map<string, { stamp: FileStamp; facts: string }>();
  private readonly store: RecordStore;
  private readonly places: BuildPlaces;
  private reading: Promise<void> | undefined;

  private constructor(store: RecordStore, places: BuildPlaces) {
    this.store = store;
    this.places = places;
  }

  /** Resolves when the records of units are read, which begins with the first call: nothing may be asked of them before. */
  unitsRead(): Promise<void> {
    if (this.reading === undefined) {
      this.reading = this.refreshUnits();
      // Whoever waits gets the error.
      this.reading.catch(() => undefined);
    }
    return this.reading;
  }

  /** Reads the records of build scripts; those of units are for when cargo is at work. */
  static async open(store: RecordStore, places: BuildPlaces): Promise<Records> {
    const records = new Records(store, places);
    await records.refreshScripts();
    return records;
  }

  /** Takes over what another check of the same target directory has recorded meanwhile. */
  private async refresh(): Promise<void> {
    await this.refreshUnits();
    await this.refreshScripts();
  }

  private async refreshUnits(): Promise<void> {
    for (const record of await this.store.units()) {
      const known = record.outputs.some(({ path }) => {
        const unit = this.byPath.get(path);
        return unit !== undefined && this.current.has(unit);
      });
      if (!known) this.index(record);
    }
  }

  private async refreshScripts(): Promise<void> {
    for (const script of await this.store.buildScripts()) {
      if (!this.fresh.has(script.outDir)) this.scripts.set(script.outDir, script);
    }
  }

  /** Reads the store again when one of these outputs has no record: cargo's lock lets checks take turns. */
  async refreshFor(outputs: readonly string[]): Promise<void> {
    if (outputs.some((path) => !this.isOutput(path))) await this.refresh();
  }

  /** Resolves when the record is on disk; from then on it is found by its files. */
  async put(record: UnitRecord): Promise<void> {
    // A target that has moved to another source leaves files of the same names.
    const replaced = new Set(record.outputs.flatMap(({ path }) => this.byPath.get(path) ?? []));
    this.index(record);
    this.current.add(record);
    await this.store.putUnit(record);
    for (const unit of replaced) await this.store.replaceUnit(unit, record);
  }

  /** Resolves when the facts of a unit's libraries are on disk, where no link that took them tells of them. */
  async putArchives(record: UnitRecord, archives: UnitRecord['archives']): Promise<void> {
    if (archives.every(({ path }) => this.factsOfInput.has(path))) return;
    await this.store.putUnit({ ...record, archives });
  }

  /** Resolves when the record of a run, or of one that was held, is on disk. */
  async putScript(record: BuildScriptRecord): Promise<void> {
    this.changes++;
    this.scripts.set(record.outDir, record);
    this.fresh.add(record.outDir);
    await this.store.putBuildScript(record);
  }

  /** Records anew when the outputs of a unit were changed last: cargo links them to other names. */
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

  /** True when the file at a path is what the unit that is recorded for it left there. */
  async isAsRecorded(path: string): Promise<boolean> {
    const record = this.byOutput(path);
    const output = record?.outputs.find((o) => o.path === path);
    const now = await stampOf(path);
    if (record === undefined || output === undefined || now === undefined) return false;
    return sameFile(output, now) && isIntact(record, output, now);
  }

  /** The units of this check in an order that does not depend on when they were built. */
  currentInOrder(): UnitRecord[] {
    return sortedBy(this.current, orderOf);
  }

  /** Every unit that the store knows, of this check or an earlier one. */
  *all(): Generator<UnitRecord> {
    yield* new Set(this.byPath.values());
  }

  /** The units whose dep-info lists a file, of this check or an earlier one. */
  listing(file: string): readonly UnitRecord[] {
    if (this.listed === undefined) {
      this.listed = new Map();
      for (const record of this.all()) this.list(record, this.listed);
    }
    return this.listed.get(file) ?? [];
  }

  private list(record: UnitRecord, listed: Map<string, UnitRecord[]>): void {
    for (const file of record.sources) {
      const units = listed.get(file);
      if (units === undefined) listed.set(file, [record]);
      else units.push(record);
    }
  }

  /** The units of which an output of `record` is made: itself, what it was compiled with, and what it links. */
  partsOf(record: UnitRecord, link: LinkRecord): Set<UnitRecord> {
    // With link-time optimisation no library is an input; with a search path one may be that nobody names.
    const parts = this.closure([...record.externs, ...link.inputs.map((i) => i.path)]);
    for (const unit of parts) if (unit.isProcMacro) parts.delete(unit);
    return parts.add(record);
  }

  /** The units that left the files at `paths`, and what they were compiled with. */
  closure(paths: readonly string[]): Set<UnitRecord> {
    const found = new Set<UnitRecord>();
    const pending = [...paths];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const record = this.byOutput(path) ?? this.byOutput(path.replace(/\.rmeta$/, '.rlib'));
      if (record === undefined || found.has(record)) continue;
      found.add(record);
      // A proc macro's own dependencies are linked into it, not loaded beside it.
      if (!record.isProcMacro) pending.push(...record.externs);
    }
    return found;
  }

  /** Every build script run that the store knows. */
  allScripts(): Iterable<BuildScriptRecord> {
    return this.scripts.values();
  }

  /** Differs whenever a unit or a build script was recorded. */
  get revision(): number {
    return this.changes;
  }

  script(outDir: string): BuildScriptRecord | undefined {
    return this.scripts.get(outDir);
  }

  /** Did the run come to this check's gate? What an earlier check recorded of it cargo has called fresh. */
  isOfThisCheck(outDir: string): boolean {
    return this.fresh.has(outDir);
  }

  /** Makes cargo run a build script again, and build again all that was compiled by what it had of the last run. */
  async forgetScript({ outDir }: BuildScriptRecord): Promise<void> {
    await forgetRun(outDir);
    await this.store.removeBuildScript(outDir);
    this.scripts.delete(outDir);
  }

  /** Makes cargo run again what ran in another sandbox than `sandboxOf` tells for its package now. */
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

  /** Did a unit leave this library? Its metadata may be of the same name only. */
  isOutput(path: string): boolean {
    return this.byPath.has(path) || this.byPath.has(path.replace(/\.rmeta$/, '.rlib'));
  }

  /** Is a file one that a unit left, by another name? */
  async isLinkOfOutput(path: string): Promise<boolean> {
    const stamp = await stampOf(path);
    return stamp !== undefined && this.byFile.has(fileKey(stamp));
  }

  /** Did a unit leave something in this directory? */
  holdsOutputs(directory: string): boolean {
    return this.directories.has(directory);
  }

  /** Every directory in which a unit left something. */
  outputDirectories(): ReadonlySet<string> {
    return this.directories;
  }

  /** Hash of an input's facts when a file of that path, unchanged, went into an earlier link. */
  async knownFacts(path: string): Promise<{ facts: string; stamp: FileStamp } | undefined> {
    const known = this.factsOfInput.get(path);
    if (known === undefined) return undefined;
    const now = await stampOf(path);
    const isSame =
      now !== undefined && sameFile(now, known.stamp) && now.ctime === known.stamp.ctime;
    return isSame ? known : undefined;
  }

  /** The record of an artifact that cargo calls fresh; undefined when there is none for these very files. */
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
        // Without hard links cargo copies the unit's file to where it names it.
        isCopied ||= !hashed.test(basename(file));
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
      // One file that is not as it was recorded is enough: nobody knows what the unit is now.
      if (recorded.path === file && !sameFile(recorded, stamp)) return undefined;
      if (!isIntact(record, recorded, stamp)) return undefined;
      found ??= record;
    }
    if (found !== undefined || !(isShared || isCopied)) return found;
    const unit = await this.hidden(artifact);
    return unit !== undefined && (isShared || isCopyOf(artifact, unit)) ? unit : undefined;
  }

  /**
   * The unit of an artifact that cargo has given the name of another package's ("output filename collision"): its file
   * in deps/ or examples/ is not what the message names. Undefined where that could be one of several.
   */
  private async hidden(artifact: CargoArtifact): Promise<UnitRecord | undefined> {
    const recorded = new Map([...this.all()].flatMap((r) => r.outputs.map((o) => [o.path, r])));
    const possible = new Set<UnitRecord>();
    for (const path of await namedAlike(artifact, this.places)) {
      const record = recorded.get(path);
      if (record?.packageId !== artifact.packageId) {
        if (record === undefined) return undefined;
        continue;
      }
      if (record.sourcePath !== artifact.sourcePath) continue;
      if ((record.kind === 'test') !== artifact.isTest) continue;
      const output = record.outputs.find((o) => o.path === path);
      const stamp = await stampOf(path);
      if (output === undefined || stamp === undefined || !sameFile(output, stamp)) return undefined;
      if (!isIntact(record, output, stamp)) return undefined;
      possible.add(record);
    }
    const [only, ...others] = possible;
    return others.length === 0 ? only : undefined;
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

/** No linker makes a larger file, and no buffer is larger. */
const MAX_UNIT = 2 ** 31 - 1;

/** Is all that an artifact message names, byte for byte, what the unit left? Else what is named is not what was judged. */
function isCopyOf(artifact: CargoArtifact, unit: UnitRecord): boolean {
  return filesOf(artifact).every((file) => {
    const own = unit.outputs.filter(({ path }) => extname(path) === extname(file));
    try {
      const content = readRegularFile(file, MAX_UNIT);
      return own.some(({ path }) => readRegularFile(path, MAX_UNIT).equals(content));
    } catch {
      // Gone: it is made again.
      return false;
    }
  });
}

/** Where a unit stands in a report: by what it is. The hash in its file names comes last, for cargo may make it of the place where the sources lie. */
export function orderOf(unit: UnitRecord): string {
  const { packageId, kind, outDir, targetName, sourcePath, extraFilename } = unit;
  // A build script has a directory of its own with a hash in its name; of others it tells examples from programs.
  const directory = kind === 'build-script' ? '' : outDir;
  return [packageId, kind, directory, targetName, sourcePath, outDir, extraFilename].join('\0');
}
