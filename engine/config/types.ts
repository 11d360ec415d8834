import type { BuildChoice, FeatureChoice } from './features.ts';

/** cackle.toml as the judge reads it. */

/** The newest `common.version` that is known. */
export const NEWEST_VERSION = 3;

/** A place in the configuration file; line and column count from 1. */
export interface ConfigPlace {
  readonly line: number;
  readonly column: number;
}

/** A string of the configuration file with its place; `length` is in characters. */
export interface ConfigText {
  readonly value: string;
  readonly place: ConfigPlace;
  readonly length: number;
}

/** The scope of a permission (rule 1.3): `pkg.P`, `.build`, `.test`, `.from.build`, `.from.test`. */
export type ScopeSuffix = '' | 'build' | 'test' | 'from.build' | 'from.test';

/** A permission scope of one package; the package is named as in cackle.toml. */
export interface PermissionScope {
  readonly package: string;
  readonly suffix: ScopeSuffix;
}

/** A named set of path prefixes, compared segment by segment; exclusions win. */
export interface ApiDefinition {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly noAutoDetect: readonly string[];
}

/** A path of `[api.NAME]` as this file writes it. */
export interface ApiPath {
  readonly api: string;
  readonly list: 'include' | 'exclude';
  readonly text: string;
  /** The same with the crate named as in symbols. */
  readonly path: string;
  readonly place: ConfigPlace;
}

/** An `allow_apis` entry as written, for the unused-permission check. */
export interface AllowedApi {
  readonly api: string;
  readonly place: ConfigPlace;
}

/** The settings in one scope's own table, before inheritance. */
export interface ScopeTable {
  readonly scope: PermissionScope;
  readonly place: ConfigPlace;
  readonly allowUnsafe: boolean | undefined;
  readonly allowExtern: boolean | undefined;
  readonly allowProcMacro: boolean | undefined;
  readonly allowApis: readonly AllowedApi[];
  readonly allowBuildInstructions: readonly string[];
  readonly compileEnv: readonly string[];
  readonly compileFiles: readonly string[];
}

/** The lists of a scope's table `compile`, which allow what code reads while it is compiled (rule 2.19). */
export type CompileSetting = 'compile.env' | 'compile.files';

/** One setting of a scope: a flag that is true, an item of a list, `import = []` or a sandbox table. */
export interface ScopeSetting {
  readonly scope: PermissionScope;
  readonly setting:
    | 'allow_unsafe'
    | 'allow_extern'
    | 'allow_proc_macro'
    | 'allow_build_instructions'
    | CompileSetting
    | 'sandbox'
    | 'rustc.sandbox'
    | 'import';
  readonly value?: string | undefined;
  readonly place: ConfigPlace;
}

/** The permissions in force in a scope, inheritance applied (rule 1.4). */
export interface Permissions {
  readonly allowUnsafe: boolean;
  readonly allowExtern: boolean;
  readonly allowProcMacro: boolean;
  readonly allowApis: ReadonlySet<string>;
  readonly allowBuildInstructions: readonly string[];
  /** Rules for variables and files that code reads while it is compiled: see `compile-rules.ts`. */
  readonly compileEnv: readonly string[];
  readonly compileFiles: readonly string[];
}

/** How programs may be confined. */
export const SANDBOX_KINDS = ['Bubblewrap', 'Landlock', 'Auto', 'Disabled'] as const;

/** How programs are confined; `Auto`: in Bubblewrap, or in Landlock where that cannot work. */
export type SandboxKind = (typeof SANDBOX_KINDS)[number];

/** Does a kind confine programs? Undefined: none was chosen. */
export function confines(kind: SandboxKind | undefined): boolean {
  return kind !== undefined && kind !== 'Disabled';
}

/** The settings in one sandbox table, before inheritance. */
export interface SandboxTable {
  /** Its name in messages, e.g. `[pkg.x.build.sandbox]`. */
  readonly where: string;
  readonly kind: SandboxKind | undefined;
  readonly kindPlace: ConfigPlace | undefined;
  readonly allowNetwork: boolean | undefined;
  readonly bindReadable: readonly ConfigText[];
  readonly bindWritable: readonly ConfigText[];
  readonly makeWritable: readonly ConfigText[];
  readonly passEnv: readonly ConfigText[];
  readonly extraArgs: readonly ConfigText[];
}

/** The sandbox settings in force for a program, inheritance applied. */
export interface SandboxSettings {
  /** Undefined when no table sets one. */
  readonly kind: SandboxKind | undefined;
  readonly allowNetwork: boolean;
  /** Paths to read that have to exist; a relative one starts at the workspace root. */
  readonly bindReadable: readonly ConfigText[];
  /** Paths to write that have to exist; a relative one starts at the workspace root. */
  readonly bindWritable: readonly ConfigText[];
  /** Directories, created when missing; a relative path starts at the workspace root. */
  readonly makeWritable: readonly ConfigText[];
  readonly passEnv: readonly ConfigText[];
  readonly extraArgs: readonly ConfigText[];
}

/** A `[pkg.NAME]` whose name packages from several sources have. */
export interface AmbiguousTable {
  readonly name: string;
  readonly sources: readonly string[];
  readonly place: ConfigPlace;
}

/** A configuration that was read and found valid. */
export interface Config {
  readonly file: string;
  readonly version: 1 | 2 | 3;
  /** `common.features`, `all_features` and `no_default_features`. */
  readonly features: FeatureChoice;
  /** Passed to `cargo build`; `["--all-targets"]` when the key is absent. */
  readonly buildFlags: readonly string[];
  readonly profile: string;
  /** `common.targets`: the targets that are checked; empty when the key is absent. */
  readonly targets: readonly string[];
  /** `[[common.build]]`: what is built, one after the other; empty without such tables. What one leaves out is of `[common]`. */
  readonly builds: readonly BuildChoice[];
  /** `common.nested_packages`: names of packages that only a nested cargo builds. */
  readonly nestedPackages: readonly string[];
  /** `common.best_effort_targets`: of these a check may leave out what cannot be built here. */
  readonly bestEffortTargets: readonly string[];
  readonly explicitBuildScripts: boolean;
  /** `common.trace`: what a check runs is traced. */
  readonly trace: boolean;
  /** `common.gates_only`: only what runs while cargo builds is judged (rule 2.21). */
  readonly gatesOnly: boolean;
  readonly apis: ReadonlyMap<string, ApiDefinition>;
  /** The paths of `[api.NAME]` in this file, without those of imported APIs. */
  readonly apiPaths: readonly ApiPath[];
  /** Names of the packages that `[pkg.…]` tables are about, with the place of the first table. */
  readonly packages: ReadonlyMap<string, ConfigPlace>;
  /** Tables that could mean packages from several sources: they grant nothing. */
  readonly ambiguous: readonly AmbiguousTable[];
  /** Returns the key of the `[pkg.KEY]` table that holds, or would hold, the permissions of a package. */
  tableOf(packageName: string): string;
  readonly tables: readonly ScopeTable[];
  /** All settings of packages' scopes except `allow_apis` and flags that forbid, to find those without effect. */
  readonly settings: readonly ScopeSetting[];
  /** The values of `[pkg.NAME] import` by package; a package without the key is absent. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
  /** Names of the package's macros that lend nothing to their callers: `[pkg.NAME] safe_macros`. */
  safeMacros(packageName: string): ReadonlySet<string>;
  /** Does a `[pkg.NAME.build]` table exist (explicit_build_scripts)? */
  hasBuildSection(packageName: string): boolean;
  permissions(scope: PermissionScope): Permissions;
  /** Returns the sandbox of the package's build scripts (scope `build`) or tests (scope `test`). */
  sandbox(scope: PermissionScope): SandboxSettings;
  /** The sandbox of rustc where it loads no proc macro that is granted more. */
  readonly rustcSandbox: SandboxSettings;
  /** `[pkg.NAME.rustc.sandbox]` by package: what opens for the units that load its proc macros. */
  readonly macroSandboxes: ReadonlyMap<string, SandboxTable>;
  /** Returns the sandbox of rustc in a unit that loads proc macros of these packages (rule 7.13). */
  unitSandbox(macros: readonly string[]): SandboxSettings;
  /** Every `pkg.NAME.sandbox.kind`: it has no meaning (rule 5.14). */
  readonly meaninglessSandboxKinds: readonly {
    readonly package: string;
    readonly place: ConfigPlace;
  }[];
  /** Does `[sandbox]` choose a kind? */
  readonly sandboxChosen: boolean;
}

/** One fault in a configuration file; the CLI prints it with the line and the place marked. */
export interface ConfigDiagnostic {
  readonly file: string;
  readonly place: ConfigPlace | undefined;
  /** Characters to mark from the column on. */
  readonly length: number;
  readonly message: string;
  /** What to write instead, e.g. the nearest valid key. */
  readonly help: string | undefined;
  readonly sourceLine: string | undefined;
}

/** A configuration that cannot be used, with every fault found. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly diagnostics: readonly ConfigDiagnostic[];
  constructor(diagnostics: readonly ConfigDiagnostic[]) {
    super(diagnostics.map((d) => d.message).join('\n'));
    this.diagnostics = diagnostics;
  }
}
