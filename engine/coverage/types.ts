import type { CheckedBuild } from '../problems/report.ts';

/** A build that would compile something. */
export interface ShownBy {
  /** Triples with any of which it is compiled; empty where the target does not matter. */
  readonly targets: readonly string[];
  /** Features that have to be on, as cargo and cackle.toml take them: of a member, or of what a member itself needs. */
  readonly features: readonly string[];
  /** Features that have to be on and that no option turns on, `PACKAGE@VERSION/FEATURE`: only who needs the package can. */
  readonly unreachable: readonly string[];
  /** Features that have to be off. */
  readonly without: readonly string[];
  /** True for what only tests have. */
  readonly tests?: true | undefined;
  /** True for code that another profile has, with debug assertions or overflow checks, or without. */
  readonly otherProfile?: true | undefined;
}

/** A package of Cargo.lock of which no build compiled anything. */
export interface UncompiledPackage {
  readonly name: string;
  readonly version: string;
  /** What needs it, and under which condition: `cfg(windows)`, a triple; the kind of the dependency if it is no usual one. */
  readonly neededBy: readonly {
    readonly package: string;
    readonly target?: string | undefined;
    readonly kind?: 'dev' | 'build' | undefined;
  }[];
  /** Undefined where that is not known. */
  readonly shownBy: ShownBy | undefined;
  /** True for one that these builds would compile, if nothing that it needs were held or had failed. */
  readonly waits?: true | undefined;
}

/** Code of a compiled package that no build saw. */
export interface UnseenCode {
  /** Relative to the directory of the package. */
  readonly file: string;
  /** First and last line; absent for a whole file. */
  readonly lines?: readonly [first: number, last: number] | undefined;
  /** The conditions that left it out, `cfg(windows)`; empty for a file of which it is not known who would read it. */
  readonly cfg: readonly string[];
  /** Undefined where no target and feature is known that would show it. */
  readonly shownBy: ShownBy | undefined;
}

/** A compiled package of which no build saw all. */
export interface PartlySeenPackage {
  readonly name: string;
  readonly version: string;
  readonly isMember: boolean;
  readonly unseen: readonly UnseenCode[];
}

/** What the builds of a check do not cover (rule 6.26). */
export interface Coverage {
  readonly workspaceRoot: string;
  readonly builds: readonly CheckedBuild[];
  /** Packages of Cargo.lock, and how many of them were compiled. */
  readonly counts: { readonly packages: number; readonly compiled: number };
  readonly uncompiled: readonly UncompiledPackage[];
  readonly partlySeen: readonly PartlySeenPackage[];
  /** Texts about what this cannot tell: what was held, what cargo did not say. */
  readonly unknown: readonly string[];
  /** Why cargo does not say what needs which package, such as sources that were never downloaded; undefined where it does. */
  readonly withoutTree?: string | undefined;
}
