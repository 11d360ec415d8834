import type { FeatureChoice } from '../config/features.ts';

/** The workspace as `cargo metadata` describes it: packages, their targets and dependencies. */

declare const packageBrand: unique symbol;
/** Index of a package in {@link Workspace.packages}. */
export type PackageIndex = number & { readonly [packageBrand]: true };

/** The kind of a crate by which permissions are looked up (rule 1.2): benches and integration tests count as `test`. */
export type CrateKind = 'primary' | 'build-script' | 'test';

/** A target as `cargo metadata` names it: `kind` is e.g. ["lib"], ["bin"], ["custom-build"], ["proc-macro"]. */
export interface CargoTarget {
  readonly name: string;
  readonly kind: readonly string[];
  readonly crateTypes: readonly string[];
  readonly sourcePath: string;
  /** True when not all of its `required-features` are on: cargo leaves it out. */
  readonly isLeftOut?: boolean | undefined;
}

/** A package of the tree. `label` is `name`, or `name[version]` when two versions are in the tree (rule 1.1). */
export interface Package {
  readonly index: PackageIndex;
  readonly id: string;
  /** Its name in cackle.toml: cargo's, or `NAME@SOURCE` where packages of one name come from several sources. */
  readonly name: string;
  /** Its name in its manifest. */
  readonly cargoName: string;
  /** Where it comes from: `crates.io`, a URL, or its directory relative to the workspace. */
  readonly source: string;
  readonly version: string;
  readonly label: string;
  readonly description: string | undefined;
  readonly documentation: string | undefined;
  readonly license: string | undefined;
  readonly manifestPath: string;
  /** The directory of the manifest, absolute, symbolic links resolved. */
  readonly directory: string;
  readonly isWorkspaceMember: boolean;
  readonly targets: readonly CargoTarget[];
  /** Direct dependencies of every kind, as cargo resolved them. */
  readonly dependencies: readonly PackageIndex[];
  /** Of these, those that its build script needs. */
  readonly buildDependencies: readonly PackageIndex[];
  /** Of these, those that its own crates need, its tests left out. */
  readonly normalDependencies: readonly PackageIndex[];
  /** Dependencies that have a library, by the crate name in this package's code. */
  readonly calledAs: ReadonlyMap<string, PackageIndex>;
}

/** The workspace as one `cargo metadata` call returns it. */
export interface Workspace {
  readonly root: string;
  /** The workspace of the program that has cargo build this one, where that is so (rule 7.14): its files are its own. */
  readonly outer?: { readonly root: string; readonly built: readonly string[] } | undefined;
  /** Where cargo is told to build; like `buildDirectory`, without symbolic links on the way. */
  readonly targetDirectory: string;
  /** Cargo's directory for intermediate files (`build.build-dir`): the target directory, unless the user sets another. */
  readonly buildDirectory: string;
  /** Directory of the toolchain in use, symbolic links resolved. */
  readonly sysroot: string;
  /** The target triple of this machine. */
  readonly host: string;
  /** For what cargo builds when no option names a target: `build.target` of its configuration, else the host. */
  readonly builtFor: readonly string[];
  readonly packages: readonly Package[];
  readonly members: readonly PackageIndex[];
  /** Packages by cargo's id of each. */
  readonly byId: ReadonlyMap<string, Package>;
  /** Packages by name: more than one where several versions are in the tree. */
  readonly byName: ReadonlyMap<string, readonly PackageIndex[]>;
  /** Library crate names (underscored) to the packages that provide them. */
  readonly byCrateName: ReadonlyMap<string, readonly PackageIndex[]>;
  /** True when `from` depends on `on`, even transitively, or is it. */
  dependsOn(from: PackageIndex, on: PackageIndex): boolean;
}

/** Which tree a command is about, and which cackle.toml, as the user's options say. */
export interface WorkspaceChoice {
  /** A directory in the workspace; Cargo.toml is looked for here and above, as cargo does. */
  readonly path: string;
  /** Where cackle.toml is not beside the Cargo.toml of the workspace. */
  readonly configFile?: string | undefined;
  /** Triples or target specifications of `--target`; when absent, what the configurations say. */
  readonly targets?: readonly string[] | undefined;
  /** The features that options choose; when absent, what the configurations say. */
  readonly features?: FeatureChoice | undefined;
}
