import type { PermissionScope } from '../config/types.ts';
import type { Problem } from './kinds.ts';

/** Something that was not checked, because a gate held back what it needs or because that failed. */
export interface Unchecked {
  readonly packageLabel: string;
  /** E.g. `build script`, `proc macro`; `compilation` of code that includes a file which its sandbox hides. */
  readonly held: string;
  /** True when it ran and failed. */
  readonly failed: boolean;
  /** The targets that were not built and judged for this reason. */
  readonly blocks: readonly string[];
  /** The target for which it ran and failed, when that is another than this machine. */
  readonly target?: string | undefined;
  /** How to go on, when it failed for want of a C compiler for the target: then the check has no result for it. */
  readonly compilerAdvice?: string | undefined;
  /** True when cackle.toml has the target in `common.best_effort_targets`: nothing fails for it. */
  readonly isExcused?: true | undefined;
}

/** A run of cargo: for which targets, with which features. */
export interface CheckedBuild {
  /** Empty where none is named. */
  readonly targets: readonly string[];
  /** `default`, `all`, `none`, or names, with `without default` behind them where these are left out. */
  readonly features: string;
}

/** A compilation for which proc macros opened the sandbox of rustc (rule 7.13). */
export interface OpenedUnit {
  readonly packageLabel: string;
  /** The name of its target, and the kind of the crate. */
  readonly target: string;
  readonly kind: 'primary' | 'build-script' | 'test';
  /** Names of the packages whose proc macros it loads and that are granted something. */
  readonly macros: readonly string[];
  /** What was open to it, `[rustc.sandbox]` included. */
  readonly sandbox: {
    readonly allowNetwork: boolean;
    readonly bindReadable: readonly string[];
    readonly bindWritable: readonly string[];
    readonly makeWritable: readonly string[];
    readonly passEnv: readonly string[];
    readonly extraArgs: readonly string[];
  };
}

/** The result of a check, as shown by the report and the machine output. */
export interface CheckReport {
  readonly workspaceRoot: string;
  readonly configFile: string;
  readonly problems: readonly Problem[];
  readonly unchecked: readonly Unchecked[];
  /** True where cackle.toml has only what runs while cargo builds judged: programs, libraries and tests were not (rule 2.21). */
  readonly gatesOnly: boolean;
  /** Members that the check did not include: outside of `default-members`, by `build_flags`. */
  readonly leftOut: readonly string[];
  /** The targets that `--target` or cackle.toml named; empty when neither names one. */
  readonly targets: readonly string[];
  /** The builds that were made and judged, one after the other: more than one only where cackle.toml has `[[common.build]]`. */
  readonly builds: readonly CheckedBuild[];
  /** Packages of Cargo.lock of which no build compiled anything, as `NAME VERSION`; empty where only a part was checked. */
  readonly notCompiled: readonly string[];
  /** Permissions that code uses and no traced program exercised; only where cackle.toml has the whole workspace traced. */
  readonly neverDone?: readonly { readonly scope: PermissionScope; readonly api: string }[];
  /** The compilations that ran in another sandbox than that of `[rustc.sandbox]` alone, in a fixed order. */
  readonly openedUnits: readonly OpenedUnit[];
  readonly counts: {
    readonly packages: number;
    readonly units: number;
    readonly unitsBuilt: number;
    readonly outputs: number;
    readonly objects: number;
    readonly objectsExtracted: number;
    /** Number of objects whose facts came from the user's cache: after `cargo clean`, or from another workspace. */
    readonly objectsFromCache: number;
    /** Size in bytes of the files with those objects, and of the facts extracted from them. */
    readonly bytesExtracted: number;
    readonly factsBytes: number;
    readonly permissionsNeeded: number;
    /** Number of cargo runs, and of units that were compiled more than once because of them. */
    readonly cargoRuns: number;
    readonly compiledAgain: number;
  };
  /** By output: symbols that the linker kept although our join considers them dead; they were judged as live. */
  readonly linkerKept: readonly { readonly output: string; readonly symbols: readonly string[] }[];
  /** Seconds for each phase. */
  readonly timing: Readonly<Record<string, number>>;
  /** Every pair of scope and API that live code used, allowed or not, minimal under inheritance. */
  readonly grants: readonly { readonly scope: PermissionScope; readonly api: string }[];
}
