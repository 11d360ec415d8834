import type { Config, Permissions } from '../config/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import type { Problem } from '../judge/problems.ts';
import { keywordProblems, missingPermissions } from '../judge/unit-problems.ts';
import type { Workspace } from '../workspace/types.ts';
import type { KnownOwners } from './known-owners.ts';
import type { LiveConfig } from './live-config.ts';

const nothing: Permissions = {
  allowUnsafe: false,
  allowExtern: false,
  allowProcMacro: false,
  allowApis: new Set(),
  allowBuildInstructions: [],
};

/** What the sources of units hold that cackle.toml does not allow, by the configuration in force. */
export class UnitProblems {
  private readonly workspace: Workspace;
  private readonly live: LiveConfig;
  private readonly owners: KnownOwners;

  constructor(workspace: Workspace, live: LiveConfig, owners: KnownOwners) {
    this.workspace = workspace;
    this.live = live;
    this.owners = owners;
  }

  /** `unsafe` and `extern` of a unit. */
  keywords(unit: UnitRecord): Problem[] {
    const holders = this.owners.byDirectory();
    return keywordProblems(unit, { workspace: this.workspace, config: this.live.current, holders });
  }

  /** What its package must be allowed to be. */
  missing(unit: UnitRecord): Problem[] {
    return missingPermissions(unit, this.workspace, this.live.current);
  }

  /** `unsafe` and `extern` that would be refused if nothing were allowed. */
  needs(unit: UnitRecord): Problem[] {
    const config: Config = { ...this.live.current, permissions: () => nothing };
    const holders = this.owners.byDirectory();
    return keywordProblems(unit, { workspace: this.workspace, config, holders });
  }

  /** Both. */
  of(unit: UnitRecord): Problem[] {
    return [...this.keywords(unit), ...this.missing(unit)];
  }
}
