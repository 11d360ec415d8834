import type { Config, Permissions } from '../config/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { LentByMacros } from '../judge/macros.ts';
import { keywordProblems, missingPermissions } from '../judge/unit-problems.ts';
import type { Problem } from '../problems/kinds.ts';
import type { KnownOwners } from '../units/owners.ts';
import type { Records } from '../units/records.ts';
import type { Workspace } from '../workspace/types.ts';
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
  private readonly records: Records;
  private readonly workspace: Workspace;
  private readonly live: LiveConfig;
  private readonly owners: KnownOwners;

  constructor(records: Records, workspace: Workspace, live: LiveConfig, owners: KnownOwners) {
    this.records = records;
    this.workspace = workspace;
    this.live = live;
    this.owners = owners;
  }

  /** `unsafe` and `extern` of a unit, by its own sources and by the macros of other packages. */
  keywords(unit: UnitRecord, lent: LentByMacros): Problem[] {
    const { workspace, live } = this;
    const holders = this.owners.byDirectory();
    return keywordProblems(unit, { workspace, config: live.current, holders, lent });
  }

  /** What the macros of units lend to other packages. */
  lentBy(units: Iterable<UnitRecord>): LentByMacros {
    return new LentByMacros(units, this.workspace, this.live.current);
  }

  /** The same for a unit and all that it was compiled with. */
  lentIn(unit: UnitRecord): LentByMacros {
    return this.lentBy(this.records.closure(unit.externs).add(unit));
  }

  /** What its package must be allowed to be. */
  missing(unit: UnitRecord): Problem[] {
    return missingPermissions(unit, this.workspace, this.live.current);
  }

  /** `unsafe` and `extern` that would be refused if nothing were allowed. */
  needs(unit: UnitRecord, lent: LentByMacros): Problem[] {
    const config: Config = { ...this.live.current, permissions: () => nothing };
    const holders = this.owners.byDirectory();
    return keywordProblems(unit, { workspace: this.workspace, config, holders, lent });
  }

  /** All that the unit has and may not: {@link keywords} and {@link missing}. */
  problemsOfUnit(unit: UnitRecord, lent: LentByMacros): Problem[] {
    return [...this.keywords(unit, lent), ...this.missing(unit)];
  }
}
