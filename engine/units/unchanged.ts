import { type BigIntStats, lstatSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CheckError } from '../errors.ts';
import { contentHash, isSameContent } from '../facts/content.ts';
import { writeAtomically } from '../facts/files.ts';
import { fileKey, type RecordStore, stampOf } from '../facts/store.ts';
import type { FileStamp, UnitRecord } from '../facts/unit-record.ts';
import { isWithin } from '../paths.ts';
import { configFiles, toolchainFiles } from '../workspace/cargo-files.ts';
import type { Workspace } from '../workspace/types.ts';

/** The state of a file that is missing. */
const ABSENT = 'absent';
/**
 * Nanoseconds that a rustc takes at least before it reads a source, and that a file system's clock may be coarse: 10
 * ms.
 */
const START = 10_000_000n;
/** Most changed files that an error names. */
const SHOWN = 10;

/**
 * Finds at the end of a check what changed since it was read or judged: a build script or proc macro that can write
 * files may have changed it. The change time (ctime), which only the system sets, selects the files to examine; their
 * content decides.
 */
export class Unchanged {
  /** True when a build script or a rustc, and with it perhaps a proc macro, was started. */
  ran = false;
  private readonly workspace: Workspace;
  private readonly store: RecordStore;
  /** When the check began, and how far the file system's clock is ahead of ours, in nanoseconds. */
  private readonly began: bigint;
  private readonly skew: bigint;
  private readonly fixed: Map<string, string>;
  /** States of files when their unit was recorded. */
  private readonly noted = new Map<string, string>();

  private constructor(
    workspace: Workspace,
    store: RecordStore,
    fixed: readonly string[],
    clock: { readonly began: bigint; readonly skew: bigint },
  ) {
    this.workspace = workspace;
    this.store = store;
    this.began = clock.began;
    this.skew = clock.skew;
    this.fixed = new Map(fixed.map((path) => [path, lookAt(path)]));
  }

  /**
   * Records the state of all files that determine how the tree is built and judged; `files` are further ones. Errors
   * of the file system pass through.
   */
  static async begin(
    workspace: Workspace,
    store: RecordStore,
    files: readonly string[],
  ): Promise<Unchanged> {
    // The file system's clock sets the change times.
    const mark = join(store.root, `began-${process.pid}`);
    await writeAtomically(mark, '');
    const began = BigInt((await stampOf(mark))?.ctime ?? 0);
    rmSync(mark, { force: true });
    const skew = began - now();
    const { root, packages } = workspace;
    const fixed = [
      ...files,
      join(root, 'Cargo.toml'),
      join(root, 'Cargo.lock'),
      ...configFiles(root, process.env),
      ...toolchainFiles(root),
      ...packages.flatMap((p) => [p.manifestPath, join(p.directory, 'cackle', 'export.toml')]),
    ];
    return new Unchanged(workspace, store, fixed, { began, skew });
  }

  /** Adds a file that must not change. */
  watch(path: string): void {
    if (!this.fixed.has(path)) this.fixed.set(path, lookAt(path));
  }

  /** Returns the time by the file system's clock, in nanoseconds. */
  time(): bigint {
    return now() + this.skew + START;
  }

  /**
   * Records the state of a unit's files. Throws CheckError when one of its sources changed after its rustc was
   * `started`: it is then unknown which text was compiled. Generated sources, in the target directory, may be that
   * new.
   */
  recorded(unit: UnitRecord, started: bigint | undefined): void {
    const sources = new Set(unit.sources);
    const ended = this.time();
    for (const { path } of unit.contents) {
      const found = look(path);
      if (found === undefined) continue;
      this.noted.set(path, keyOf(found));
      const isGenerated = isWithin(path, this.workspace.targetDirectory);
      if (started === undefined || isGenerated || !sources.has(path)) continue;
      if (found.ctimeNs > started && found.ctimeNs <= ended)
        throw new CheckError(
          `${path} changed while ${unit.targetName} was compiled from it, so cackle may have judged another text than rustc compiled`,
          LOOK,
        );
    }
  }

  /**
   * Called at the end. If something ran, throws CheckError that names the files that are not as they were judged.
   * `units` are the units of the check, and `files` the outputs that cargo reports, each of which has to be an output
   * of a unit. Removes files of the store that are not ours. Returns the units with unchanged files whose change time
   * differs.
   */
  async refuseChanges(units: Iterable<UnitRecord>, files: Iterable<string>): Promise<UnitRecord[]> {
    if (!this.ran) return [];
    const changed = new Set<string>();
    for (const [path, before] of this.fixed) if (lookAt(path) !== before) changed.add(path);
    const touched: UnitRecord[] = [];
    const left = new Set<string>();
    const hashes = new Set<string>();
    for (const unit of units) {
      for (const { hash } of unit.contents) hashes.add(hash);
      for (const output of unit.outputs) left.add(fileKey(output));
      let isTouched = false;
      for (const { path, hash } of unit.contents) {
        const seen = this.isAsNoted(path);
        if (seen === 'same') continue;
        if (seen === 'gone' || !isSameContent(hash, contentHash(path))) changed.add(path);
        else isTouched = true;
      }
      if (isTouched) touched.push(unit);
    }
    for (const path of files) {
      const stamp = await stampOf(path);
      if (stamp === undefined || left.has(fileKey(stamp))) continue;
      if (!hashes.has(contentHash(path))) changed.add(path);
    }
    for (const path of await this.store.removeForged(this.began)) changed.add(path);
    if (changed.size === 0) return touched;
    const names = [...changed].sort().map((path) => {
      const inside = relative(this.workspace.root, path);
      return inside.startsWith('..') ? path : inside;
    });
    const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '';
    throw new CheckError(
      `changed while the check ran, after it was read or judged: ${names.slice(0, SHOWN).join(', ')}${more}`,
      LOOK,
    );
  }

  /** A file in the target directory may be missing: cargo may be about to make it again. */
  private isAsNoted(path: string): 'same' | 'other' | 'gone' {
    const found = look(path);
    if (found === undefined)
      return isWithin(path, this.workspace.targetDirectory) ? 'same' : 'gone';
    const before = this.noted.get(path);
    if (before !== undefined) return before === keyOf(found) ? 'same' : 'other';
    // After a clock was set back, files have times in the future.
    const isYoung = found.ctimeNs >= this.began && found.ctimeNs <= this.time();
    return isYoung ? 'other' : 'same';
  }
}

const LOOK =
  'a build script, a proc macro, your editor or you may have done that: look at the change (`git diff`, `git status`), put it right and check again; in a sandbox, build scripts and proc macros cannot do it';

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/**
 * Returns the status of a file, with the change time of a newer link that leads to it; undefined when there is no
 * file.
 */
function look(path: string): BigIntStats | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  const link = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found !== undefined && link?.isSymbolicLink() && link.ctimeNs > found.ctimeNs)
    found.ctimeNs = link.ctimeNs;
  return found;
}

/** Returns a file's times, size and inode as text, or else why there is none. */
function lookAt(path: string): string {
  try {
    const found = look(path);
    return found === undefined ? ABSENT : keyOf(found);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? ABSENT;
  }
}

function keyOf(found: {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
}): string {
  return `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`;
}

/**
 * Returns whether a recorded output is still the file that its unit left. Its content is read only when its change
 * time differs.
 */
export function isIntact(record: UnitRecord, output: FileStamp, found: FileStamp): boolean {
  if (output.ctime === found.ctime) return true;
  const hash = record.contents.find(({ path }) => path === output.path)?.hash;
  return hash !== undefined && isSameContent(hash, contentHash(found.path));
}
