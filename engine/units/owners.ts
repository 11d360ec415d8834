import type { LinkRecord, UnitRecord } from '../facts/unit-record.ts';
import { directoryOwners, type FileOwners, fileOwners } from '../workspace/owners.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/**
 * Finds the owners of the files that went into an output. Only the units that are part of the output count: another
 * unit that lists a file, now or in an earlier check, has no code in it, and it is unpredictable when a unit that the
 * output does not need is done.
 */
export class KnownOwners {
  private directories: { readonly revision: number; readonly owners: FileOwners } | undefined;
  private readonly records: Records;
  private readonly workspace: Workspace;
  private readonly indexOf: ReadonlyMap<string, PackageIndex>;

  constructor(records: Records, workspace: Workspace) {
    this.records = records;
    this.workspace = workspace;
    this.indexOf = new Map(workspace.packages.map(({ id, index }) => [id, index]));
  }

  /** Returns the owners of files for a unit's link. */
  ownersFor(record: UnitRecord, link: LinkRecord): FileOwners {
    const units = this.records.partsOf(record, link);
    const listedBy = (file: string): PackageIndex[] => {
      const packages = this.records
        .listing(file)
        .filter((unit) => units.has(unit))
        .map(({ packageId }) => this.indexOf.get(packageId))
        .filter((index) => index !== undefined);
      return packages.length > 1 ? [...new Set(packages)].sort((a, b) => a - b) : packages;
    };
    return fileOwners(this.workspace, listedBy, this.byDirectory());
  }

  /** Returns the owners of files by their directories alone. */
  byDirectory(): FileOwners {
    const { revision } = this.records;
    if (this.directories?.revision !== revision) {
      const outDirectories = [...this.records.allScripts()].flatMap((script) => {
        const index = this.indexOf.get(script.packageId);
        return index === undefined ? [] : [{ package: index, directory: script.outDir }];
      });
      this.directories = { revision, owners: directoryOwners(this.workspace, outDirectories) };
    }
    return this.directories.owners;
  }
}
