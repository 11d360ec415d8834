/** What the page shows, as JSON in the page: all texts are printable, and lists refer to each other by index. */
export interface PageData {
  /** E.g. the name of the workspace's directory. */
  readonly title: string;
  readonly workspaceRoot: string;
  readonly configFile: string;
  readonly target: string;
  /** The last line of the check's report. */
  readonly summary: string;
  readonly problems: readonly PageProblem[];
  /** Texts about what was held, failed or left out. */
  readonly unknown: readonly string[];
  /** Sorted by name. */
  readonly packages: readonly PagePackage[];
  /** Names of capabilities, the most dangerous first. */
  readonly capabilities: readonly PageCapability[];
  readonly usages: readonly PageUsage[];
  readonly frames: readonly PageFrame[];
  readonly files: readonly PageFile[];
  readonly graph: PageGraph;
  readonly diff: PageDiff | undefined;
  /** Texts about what the page leaves out because of its limits. */
  readonly limits: readonly string[];
}

/** How dangerous a capability is; names a colour. */
export type Danger = 'build' | 'net' | 'fs' | 'extern' | 'env' | 'unsafe' | 'none';

/** What packages may be filtered by: an API, `unsafe`, `extern`, `proc macro`, `build script`, `instruction`. */
export interface PageCapability {
  readonly name: string;
  readonly danger: Danger;
}

/** A problem of the check. */
export interface PageProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly label: string;
  readonly title: string;
  /** Indexes of usages. */
  readonly usages: readonly number[];
  /** What would allow or settle it in cackle.toml. */
  readonly advice: { readonly verb: string; readonly text: string } | undefined;
  /** Output of a program that failed. */
  readonly output: string | undefined;
}

/** A package of the tree. */
export interface PagePackage {
  readonly label: string;
  readonly version: string;
  readonly source: string;
  readonly description: string;
  readonly isMember: boolean;
  readonly isBuilt: boolean;
  /** Indexes of packages. */
  readonly needs: readonly number[];
  readonly neededBy: readonly number[];
  /** What cackle.toml allows it, e.g. `build: api fs`. */
  readonly may: readonly string[];
  /** What it does, the most dangerous first. */
  readonly facts: readonly PageFact[];
  readonly danger: Danger;
}

/** What a package does. */
export interface PageFact {
  readonly text: string;
  /** Index of a capability. */
  readonly capability: number;
  readonly allowed: boolean;
  /** Number of places; the page may have fewer. */
  readonly count: number;
  readonly usages: readonly number[];
}

/** A place at which a package uses something. */
export interface PageUsage {
  /** Index of a package; -1 when the place belongs to none. */
  readonly package: number;
  /** As `PageFact.text`. */
  readonly fact: string;
  /** Index of a capability; -1 for a problem about none. */
  readonly capability: number;
  readonly allowed: boolean;
  readonly place: PagePlace;
  readonly from: string;
  readonly target: string;
  readonly output: string;
  /** Indexes of frames, from the root on. */
  readonly path: readonly number[];
}

/** A place: the index of a file, line and column; line 0 when only the file is known. */
export type PagePlace = readonly [file: number, line: number, column: number];

/** A step of a path. */
export interface PageFrame {
  readonly name: string;
  readonly place: PagePlace | undefined;
  readonly isInlined: boolean;
}

/** A source file, with the lines that the page shows of it. */
export interface PageFile {
  /** Relative to the workspace or the registry where it can be. */
  readonly name: string;
  /** Texts by line number. */
  readonly lines: Readonly<Record<number, string>>;
}

/** Where the packages stand in the picture, and how edges run. */
export interface PageGraph {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly {
    readonly package: number;
    readonly x: number;
    readonly y: number;
    readonly width: number;
  }[];
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    /** x and y by turns. */
    readonly points: readonly number[];
  }[];
}

/** What a change gained. */
export interface PageDiff {
  readonly summary: string;
  readonly base: string;
  readonly head: string;
  readonly unknown: readonly string[];
  /** What could hide a gain, or let programs run, that the base has not. */
  readonly loosened: readonly string[];
  readonly packages: readonly PageChange[];
}

/** A package that differs. */
export interface PageChange {
  readonly name: string;
  readonly change: string;
  readonly gained: readonly {
    readonly fact: string;
    readonly allowed: boolean;
    readonly opener: string;
    readonly count: number;
    readonly usages: readonly number[];
  }[];
  readonly lost: readonly string[];
  readonly notes: readonly string[];
  /** A unified diff. */
  readonly buildScript: string;
}
