import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isDirectorySource } from '../config/sources.ts';
import { isWithin } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { isFile } from '../workspace/cargo-files.ts';
import { lockEntries, lockEntriesOf } from '../workspace/lock-file.ts';
import { loadWorkspace } from '../workspace/metadata.ts';
import { findPackage, type PackageIdentity } from '../workspace/package-identity.ts';
import { parse } from '../workspace/toml.ts';
import type { Workspace } from '../workspace/types.ts';

/** Bytes of the largest archive that is hashed. */
const MAX_ARCHIVE = 2 ** 28;

/** What the sources of a base are found by. */
export interface KnownBase {
  /** The workspace of the head. */
  readonly head: Workspace;
  /** The top directory of the repository: what lies there belongs to a commit. */
  readonly repository: string;
  /** The Cargo.lock of the base. */
  readonly lock: string;
  /** Writes the files of the base: resolves to their top directory, and that of the workspace. */
  readonly files: () => Promise<{ readonly top: string; readonly workspace: string }>;
}

/**
 * Finds the sources of packages of a base that was not built. Most are beside those of the head, unpacked by cargo from the archive
 * that Cargo.lock names; for all others the files of the base are written and cargo is asked, which may have to fetch them.
 */
export class BaseSources {
  private readonly base: KnownBase;
  private written: ReturnType<KnownBase['files']> | undefined;
  private asked: Promise<Workspace | undefined> | undefined;

  constructor(base: KnownBase) {
    this.base = base;
  }

  /** Resolves to the directory of a package; undefined where its sources are not on this machine. */
  async of(p: PackageIdentity): Promise<string | undefined> {
    const found = this.unpacked(p) ?? (await this.inCommit(p).catch(() => undefined));
    if (found !== undefined) return found;
    this.asked ??= this.files()
      .then(({ workspace }) => loadWorkspace({ path: workspace }))
      .catch(() => undefined);
    const workspace = await this.asked;
    return workspace && findPackage(workspace, p)?.directory;
  }

  private files(): ReturnType<KnownBase['files']> {
    this.written ??= this.base.files();
    return this.written;
  }

  /** A package whose source is a directory of the commit. */
  private async inCommit({ name, source }: PackageIdentity): Promise<string | undefined> {
    if (!isDirectorySource(source)) return undefined;
    const { top, workspace } = await this.files();
    const directory = realpathSync.native(resolve(workspace, source));
    const manifest = parse(readRegularFile(join(directory, 'Cargo.toml')).toString());
    const { package: p } = manifest as { readonly package?: { readonly name?: unknown } };
    return isWithin(directory, realpathSync.native(top)) && p?.name === name
      ? directory
      : undefined;
  }

  /** The Cargo Book, "Cargo Home": registry/src/INDEX/NAME-VERSION is unpacked from registry/cache/INDEX/NAME-VERSION.crate. */
  private unpacked(p: PackageIdentity): string | undefined {
    const { head, repository, lock } = this.base;
    const { name, version, source } = p;
    // They come from a file of the base that anybody may have written.
    if (!/^[\w-]+$/.test(name) || !/^\w[\w.+-]*$/.test(version)) return undefined;
    if (isDirectorySource(source)) return undefined;
    const entries = lockEntriesOf(p, lockEntries(lock));
    const checksum = entries.length === 1 ? entries[0]?.checksum : undefined;
    if (checksum === undefined) return undefined;
    const places = new Set(
      head.packages.flatMap((q) =>
        q.source === source && basename(q.directory) === `${q.cargoName}-${q.version}`
          ? [dirname(q.directory)]
          : [],
      ),
    );
    for (const place of places) {
      const archive = resolve(place, '../../cache', basename(place), `${name}-${version}.crate`);
      const directory = join(place, `${name}-${version}`);
      // Cargo writes this file when it has unpacked all.
      if (isWithin(place, repository) || !isFile(join(directory, '.cargo-ok'))) continue;
      if (checksumOf(archive) === checksum) return realpathSync.native(directory);
    }
    return undefined;
  }
}

function checksumOf(archive: string): string | undefined {
  try {
    return createHash('sha256').update(readRegularFile(archive, MAX_ARCHIVE)).digest('hex');
  } catch {
    // It is gone: cargo is asked.
    return undefined;
  }
}
