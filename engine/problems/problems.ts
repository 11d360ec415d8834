import type { ConfigPlace, PermissionScope, ScopeSetting } from '../config/types.ts';
import type { MacroName } from '../facts/unit-record.ts';

/** A place in a source file; line 0 means that only the file is known (a static without debug info). */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One step of the path from a root to a usage; inlined frames are marked. */
export interface BacktraceFrame {
  /** Demangled name of the function or static. */
  readonly name: string;
  readonly place: SourcePlace | undefined;
  readonly inlined: boolean;
}

/** A reference to something restricted, in live code. */
export interface Usage {
  readonly place: SourcePlace;
  /** Demangled name of the referring function (innermost inlined frame). */
  readonly from: string;
  /** The target's name that matched, shortest of those at this place. */
  readonly target: string;
  /** Names of the referring function (rule 3.2). */
  readonly fromNames: readonly string[];
  /** All names of the target that matched the API. */
  readonly targetNames: readonly string[];
  /** Label of the output in which it was found, e.g. `fd (bin)`. */
  readonly output: string;
  /** From the root to the referring function. */
  readonly backtrace: readonly BacktraceFrame[];
}

/** A place where `unsafe` or `extern` stands, or where a macro is called that lends it. */
export interface KeywordUse {
  readonly place: SourcePlace;
  readonly foundBy: 'lint' | 'token' | 'macro';
  /** Where a macro is called: the macros of other packages that lend it. */
  readonly macros?: readonly MacroName[] | undefined;
}

interface Located {
  /** Label of the package: `name`, or `name[version]` when two versions are in the tree. */
  readonly packageLabel: string;
  readonly packageName: string;
}

/**
 * What a sandbox kept from a program that failed, as the program or the sandbox tells: a file or directory to write
 * (`new`: a directory that is not there yet), the network, or a variable of the environment. `mode`: not the sandbox but
 * the permissions of a file, which root passes over outside.
 */
export type Denial =
  | { readonly what: 'write'; readonly path: string; readonly new: boolean }
  | { readonly what: 'mode'; readonly path: string }
  | { readonly what: 'read'; readonly path: string }
  | { readonly what: 'network' }
  | { readonly what: 'variable'; readonly name: string };

/** Everything that a check can find (docs/rules.md, 5). `kind` is stable and appears in machine output. */
export type Problem =
  | { readonly kind: 'configuration-missing' }
  | (Located & {
      readonly kind: 'disallowed-api';
      readonly scope: PermissionScope;
      readonly api: string;
      readonly usages: readonly Usage[];
    })
  | (Located & {
      readonly kind: 'off-tree-api';
      readonly scope: PermissionScope;
      readonly api: string;
      readonly providedBy: string;
      readonly usages: readonly Usage[];
    })
  | (Located & {
      readonly kind: 'disallowed-unsafe';
      readonly scope: PermissionScope;
      readonly uses: readonly KeywordUse[];
    })
  | (Located & {
      readonly kind: 'disallowed-extern';
      readonly scope: PermissionScope;
      readonly uses: readonly KeywordUse[];
    })
  | (Located & { readonly kind: 'proc-macro-not-allowed' })
  | (Located & { readonly kind: 'build-script-not-allowed' })
  | (Located & {
      readonly kind: 'disallowed-build-instruction';
      readonly instruction: string;
      /** Why no rule can allow it; absent where one can. */
      readonly never?: string | undefined;
    })
  | (Located & {
      readonly kind: 'execution-failed';
      readonly executable: 'build script' | 'test';
      /** The end of its stderr, or what was wrong with its output. */
      readonly output: string;
      readonly status?: number | undefined;
      readonly signal?: number | undefined;
      /** The command line of its sandbox; absent when it ran without one. */
      readonly sandboxCommand?: readonly string[] | undefined;
      /** What the sandbox kept from it, where that is known. */
      readonly denied?: readonly Denial[] | undefined;
    })
  | { readonly kind: 'sandbox-not-chosen' }
  /** A built-in API that a new configuration could import; asked on a first run only. */
  | { readonly kind: 'std-api-on-offer'; readonly api: string }
  | (Located & {
      readonly kind: 'sandbox-kind-without-meaning';
      readonly configPlace: ConfigPlace;
    })
  | (Located & {
      readonly kind: 'unused-allow-api';
      readonly scope: PermissionScope;
      readonly api: string;
      readonly configPlace: ConfigPlace;
    })
  /** A setting of a scope that has no effect; `value` is the one of a list that has none. */
  | (Located & {
      readonly kind: 'unused-setting';
      readonly scope: PermissionScope;
      readonly setting: ScopeSetting['setting'];
      readonly value?: string | undefined;
      readonly configPlace: ConfigPlace;
    })
  /** A path of `[api.NAME]` that can match nothing in the tree. */
  | {
      readonly kind: 'unmatched-api-path';
      readonly api: string;
      readonly list: 'include' | 'exclude';
      readonly path: string;
      readonly nearest: string | undefined;
      readonly configPlace: ConfigPlace;
    }
  | {
      readonly kind: 'unknown-package';
      readonly packageName: string;
      readonly configPlace: ConfigPlace;
      readonly nearest: string | undefined;
    }
  /** A table of cackle.toml whose name packages from several sources have: it gives nothing to any of them. */
  | {
      readonly kind: 'ambiguous-package';
      readonly packageName: string;
      readonly sources: readonly string[];
      readonly configPlace: ConfigPlace;
    }
  | (Located & {
      readonly kind: 'possible-export';
      readonly api: string;
      readonly path: string;
      readonly symbol: string;
    })
  | (Located & {
      readonly kind: 'export-not-imported';
      /** The package's cackle/export.toml. */
      readonly file: string;
      /** Names of the API definitions in it. */
      readonly apis: readonly string[];
      /** False when the file has faults: it can be ignored, not imported. */
      readonly readable: boolean;
    })
  | { readonly kind: 'newer-config-version'; readonly version: number; readonly newest: number };

/** Warnings do not fail a check unless `--fail-on-warnings` is given (rule 5.20). */
export type Severity = 'error' | 'warning';

const warnings: ReadonlySet<Problem['kind']> = new Set([
  'unused-allow-api',
  'unused-setting',
  'unmatched-api-path',
  'unknown-package',
  'possible-export',
  'export-not-imported',
  'newer-config-version',
]);

/** The severity of a problem (rule 5.20). */
export function severityOf(problem: Problem): Severity {
  return warnings.has(problem.kind) ? 'warning' : 'error';
}

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

/** What the session tells while it works; drawn on stderr by the CLI. */
export interface CheckProgress {
  readonly unitsBuilt: number;
  readonly unitsTotal: number;
  readonly building: string;
  readonly outputsJudged: number;
  readonly outputsFound: number;
  readonly problems: number;
}
