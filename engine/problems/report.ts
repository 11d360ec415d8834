import type { PermissionScope } from '../config/types.ts';
import type { Problem } from './kinds.ts';

/** Something that could not be checked because a gate held what it needs, or that failed. */
export interface Unchecked {
  readonly packageLabel: string;
  /** e.g. `build script`, `proc macro`. */
  readonly held: string;
  /** It ran, and failed. */
  readonly failed: boolean;
  /** The targets that therefore were neither built nor judged. */
  readonly blocks: readonly string[];
}

/** The result of a check, as the report and the machine output show it. */
export interface CheckReport {
  readonly workspaceRoot: string;
  readonly configFile: string;
  readonly problems: readonly Problem[];
  readonly unchecked: readonly Unchecked[];
  /** Members that were not asked for: outside of `default-members`, by `build_flags`. */
  readonly leftOut: readonly string[];
  readonly counts: {
    readonly packages: number;
    readonly units: number;
    readonly unitsBuilt: number;
    readonly outputs: number;
    readonly objects: number;
    readonly objectsExtracted: number;
    /** Objects whose facts the user's cache had: after `cargo clean`, or of another workspace. */
    readonly objectsFromCache: number;
    /** Size of the files that those objects came in, and of the facts made from them. */
    readonly bytesExtracted: number;
    readonly factsBytes: number;
    readonly permissionsUsed: number;
    /** How often cargo was run, and how many units were compiled more than once by that. */
    readonly cargoRuns: number;
    readonly compiledAgain: number;
  };
  /** By output: symbols that the linker kept although our join calls them dead; they were judged as live. */
  readonly linkerKept: readonly { readonly output: string; readonly symbols: readonly string[] }[];
  /** Seconds, by phase. */
  readonly timing: Readonly<Record<string, number>>;
  /** Every (scope, API) that live code used, allowed or not, minimal under inheritance. */
  readonly grants: readonly { readonly scope: PermissionScope; readonly api: string }[];
}
