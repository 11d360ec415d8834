import type { Config, Permissions } from '../config/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { compileProblems } from '../judge/compile-reads.ts';
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
  compileEnv: [],
  compileFiles: [],
};

/** Finds what units' sources contain and the configuration in force does not allow. */
export class UnitProblems {
  private readonly records: Records;
  private readonly workspace: Workspace;
  private readonly live: LiveConfig;
  private readonly owners: KnownOwners;
  private readonly namesTargets: boolean;

  constructor(
    records: Records,
    workspace: Workspace,
    live: LiveConfig,
    owners: KnownOwners,
    namesTargets = false,
  ) {
    this.namesTargets = namesTargets;
    this.records = records;
    this.workspace = workspace;
    this.live = live;
    this.owners = owners;
  }

  /** Returns problems for `unsafe` and `extern` of a unit, in its own sources and lent by macros of other packages. */
  keywords(unit: UnitRecord, lent: LentByMacros): Problem[] {
    const { workspace, live } = this;
    const holders = this.owners.byDirectory();
    const { namesTargets } = this;
    return keywordProblems(unit, { workspace, config: live.current, holders, lent, namesTargets });
  }

  /** Returns what the macros of units lend to other packages. */
  lentBy(units: Iterable<UnitRecord>): LentByMacros {
    return new LentByMacros(units, this.workspace, this.live.current);
  }

  /** Returns the same for a unit and all units that it was compiled with. */
  lentIn(unit: UnitRecord): LentByMacros {
    return this.lentBy(this.records.closure(unit.externs).add(unit));
  }

  /** Returns problems for what a unit's code reads while it is compiled. */
  reads(unit: UnitRecord): Problem[] {
    return compileProblems(unit, this.workspace, this.live.current, this.namesTargets);
  }

  /** Returns problems for permissions that the unit's package lacks. */
  missing(unit: UnitRecord): Problem[] {
    return missingPermissions(unit, this.workspace, this.live.current);
  }

  /** Returns problems for `unsafe` and `extern` as if nothing were allowed. */
  needs(unit: UnitRecord, lent: LentByMacros): Problem[] {
    const config: Config = { ...this.live.current, permissions: () => nothing };
    const holders = this.owners.byDirectory();
    return keywordProblems(unit, { workspace: this.workspace, config, holders, lent });
  }

  /** Returns all problems of the unit: {@link keywords}, {@link reads} and {@link missing}. */
  problemsOfUnit(unit: UnitRecord, lent: LentByMacros): Problem[] {
    return [...this.keywords(unit, lent), ...this.reads(unit), ...this.missing(unit)];
  }
}
