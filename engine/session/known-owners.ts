import { type FileOwners, fileOwners } from '../workspace/owners.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/** Whose files are, by what the records say now. */
export class KnownOwners {
  private known: { revision: number; owners: FileOwners } | undefined;
  private readonly records: Records;
  private readonly workspace: Workspace;

  constructor(records: Records, workspace: Workspace) {
    this.records = records;
    this.workspace = workspace;
  }

  get now(): FileOwners {
    const { revision } = this.records;
    if (this.known?.revision !== revision) {
      const indexOf = new Map(this.workspace.packages.map(({ id, index }) => [id, index]));
      const sources = [...this.records.all()].flatMap((unit) => {
        const index = indexOf.get(unit.packageId);
        return index === undefined ? [] : [{ package: index, files: unit.sources }];
      });
      const outDirectories = [...this.records.allScripts()].flatMap((script) => {
        const index = indexOf.get(script.packageId);
        return index === undefined ? [] : [{ package: index, directory: script.outDir }];
      });
      this.known = {
        revision,
        owners: fileOwners(this.workspace, { sources, outDirectories }),
      };
    }
    return this.known.owners;
  }
}
