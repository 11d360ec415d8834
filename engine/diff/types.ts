import type { Evidence, KeywordPlace } from '../inventory/types.ts';

/** A version of a package on one side of a comparison. */
export interface SideVersion {
  readonly version: string;
  /** As in an inventory: `crates.io`, a URL, or a directory. */
  readonly source: string;
  /** Of a package from git: its commit. */
  readonly revision: string | undefined;
  readonly checksum: string | undefined;
  readonly isBuilt: boolean;
}

/** How a package differs between base and head. */
export type ChangeKind = 'new' | 'gone' | 'version' | 'source' | 'edited' | 'same';

/** A fact that the head has and the base has not. */
export interface Gain {
  /** As `factText` writes it. */
  readonly fact: string;
  /** Does cackle.toml allow it? */
  readonly allowed: boolean;
  /** Is it allowed, and was it not by the cackle.toml of the base? Then the change itself allows it. */
  readonly newlyAllowed: boolean;
  readonly evidence: Evidence | undefined;
  /** Whose change opened it; undefined when that is not known. */
  readonly openedBy: Opener | undefined;
}

/** The package whose change made a fact true. */
export interface Opener {
  /** Name and version, as in reports. */
  readonly package: string;
  /** `itself`: the package that has the fact changed; `caller`: a package on the path to it; `dependant`: it was added. */
  readonly by: 'itself' | 'caller' | 'dependant';
  /** Of a dependant: the new packages between it and the package with the fact, as in reports; the dependant's own first. */
  readonly through: readonly string[];
}

/** Places of a package's code for other targets that a diff keeps. */
export const MOST_PLACES = 100;

/** Code for targets other than the one that is judged: its first line. */
export interface OtherTargetPlace {
  /** Relative to the package. */
  readonly file: string;
  readonly line: number;
  /** What leaves it out here: `cfg(…)`, a key of `[target.KEY]`, or a variable of a build script. */
  readonly cfg: string;
}

/** What a reviewer wants at hand for a package whose code changed. */
export interface Review {
  /** Directories with the sources, where they are on this machine. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The size of the difference of the sources; undefined when one side is not here. */
  readonly size:
    | { readonly files: number; readonly added: number; readonly removed: number }
    | undefined;
  /** A unified diff of the build script; empty when it is the same, undefined when neither side has one. */
  readonly buildScript: string | undefined;
  /** Places of `unsafe` and `extern` that one side alone has; undefined when the base does not know them. */
  readonly keywords:
    | { readonly gained: readonly KeywordPlace[]; readonly lost: readonly KeywordPlace[] }
    | undefined;
  /** Code that the new version has and the old one has not, which the judged target does not compile (rule 11.8). */
  readonly otherTargets: {
    /** At most {@link MOST_PLACES}. */
    readonly places: readonly OtherTargetPlace[];
    readonly count: number;
  };
}

/** One package that differs, or whose facts do. */
export interface PackageChange {
  readonly name: string;
  readonly change: ChangeKind;
  readonly before: SideVersion | undefined;
  readonly after: SideVersion | undefined;
  /** Same version and source, but the registry now has another archive. */
  readonly checksumChanged: boolean;
  /** For a new package: who depends on it. */
  readonly neededBy: readonly string[];
  /** The most dangerous first. */
  readonly gained: readonly Gain[];
  readonly lost: readonly string[];
  readonly review: Review | undefined;
}

/** One side of a comparison, as a reader is told. */
export interface Side {
  /** E.g. `main (1a2b3c4)`, `the work tree`. */
  readonly label: string;
  /** How its facts became known. */
  readonly from: 'check' | 'kept' | 'cackle.lock';
  /** What was held, failed or left out there. */
  readonly unknown: readonly string[];
}

/** Something in a file that says what is watched, run, built or known, and was otherwise in the base (rules 11.9, 11.12, 11.13). */
export interface Loosened {
  /** `cackle.toml`, `cackle.lock`; a file of cargo's or rustup's, relative to the repository. */
  readonly file: string;
  readonly text: string;
}

/** What a change gained (rule 11.4). */
export interface Diff {
  readonly base: Side;
  readonly head: Side;
  readonly target: string;
  /** The workspace of the head. */
  readonly workspaceRoot: string;
  readonly configFile: string;
  /** What could hide a gain, or let programs run, that the base has not. */
  readonly loosened: readonly Loosened[];
  /** Those that differ, the most dangerous first. */
  readonly packages: readonly PackageChange[];
  /** What cackle.toml would need to allow all gains that it refuses: TOML; empty where there is none that it could allow. */
  readonly toAllow: string;
  /** Packages that Cargo.lock newly has for other targets or features alone, e.g. `winapi 0.3.9`, `windows 0.1.0 → 0.2.0`. */
  readonly lockedOnly: readonly string[];
  /** Number of packages of the head, and of those that are the same in both. */
  readonly counts: { readonly packages: number; readonly same: number };
  /** Did a package gain a fact, or come from elsewhere, or is less watched? */
  readonly gained: boolean;
  /** Seconds. */
  readonly timing: Readonly<Record<string, number>>;
}
