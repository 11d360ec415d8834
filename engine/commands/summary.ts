import { readTree } from '../check/tree.ts';
import { readConfig } from '../config/read.ts';
import type { Config, ConfigText, ScopeSuffix, ScopeTable } from '../config/types.ts';
import type { Package, PackageIndex, Workspace, WorkspaceChoice } from '../workspace/types.ts';

/** One permission as cackle.toml grants it, before inheritance. */
export interface GrantedPermission {
  /** `pkg` for `[pkg.NAME]` itself, else `build`, `test`, `from.build`, `from.test`. */
  readonly scope: 'pkg' | Exclude<ScopeSuffix, ''>;
  readonly kind:
    | 'api'
    | 'unsafe'
    | 'extern'
    | 'proc-macro'
    | 'build-instruction'
    | 'compile-env'
    | 'compile-file';
  /** The API, or the rule for instructions, variables or files; absent for other permissions. */
  readonly name?: string;
}

/** A package of the tree and its permissions. */
export interface PackagePermissions {
  readonly name: string;
  /** Its versions in the tree. */
  readonly versions: readonly string[];
  readonly isProcMacro: boolean;
  readonly hasBuildScript: boolean;
  readonly permissions: readonly GrantedPermission[];
  /** What `[pkg.NAME.rustc.sandbox]` opens, and whose units may load the macros; absent without that table. */
  readonly opens?: OpenedByMacros | undefined;
}

/** What the proc macros of a package open of rustc's sandbox, and the packages whose units may load them. */
export interface OpenedByMacros {
  readonly network: boolean;
  readonly readable: readonly string[];
  /** Paths of `bind_writable` and `make_writable`. */
  readonly writable: readonly string[];
  readonly variables: readonly string[];
  readonly arguments: readonly string[];
  readonly for: readonly string[];
}

/** The permissions that cackle.toml grants to the packages of a tree (rule 6.4). */
export interface PermissionSummary {
  readonly workspaceRoot: string;
  readonly configFile: string;
  /** True where only what runs while cargo builds is judged: what programs do needs no permission (rule 2.21). */
  readonly gatesOnly: boolean;
  /** Every package of the tree, by name. */
  readonly packages: readonly PackagePermissions[];
}

/** Reads the tree and cackle.toml; nothing is built. Throws ConfigError and CheckError. */
export async function summarize(choice: WorkspaceChoice): Promise<PermissionSummary> {
  const { workspace, configFile, exports } = await readTree(choice);
  const config = await readConfig(configFile, exports);
  return {
    workspaceRoot: workspace.root,
    configFile: config.file,
    gatesOnly: config.gatesOnly,
    packages: packagesOf(workspace, config),
  };
}

function packagesOf(workspace: Workspace, config: Config): PackagePermissions[] {
  const byName = [...workspace.byName.keys()].sort();
  return byName.map((name) => {
    const versions = (workspace.byName.get(name) ?? [])
      .map((index) => workspace.packages[index])
      .filter((p) => p !== undefined);
    const hasTarget = (kind: string): boolean =>
      versions.some((p: Package) => p.targets.some((target) => target.kind.includes(kind)));
    return {
      name,
      versions: versions.map(({ version }) => version),
      isProcMacro: hasTarget('proc-macro'),
      hasBuildScript: hasTarget('custom-build'),
      permissions: config.tables.filter(({ scope }) => scope.package === name).flatMap(grantedBy),
      ...opensOf(name, workspace, config),
    };
  });
}

function grantedBy(table: ScopeTable): GrantedPermission[] {
  const { suffix } = table.scope;
  const scope: GrantedPermission['scope'] = suffix === '' ? 'pkg' : suffix;
  const flags = [
    ['unsafe', table.allowUnsafe],
    ['extern', table.allowExtern],
    ['proc-macro', table.allowProcMacro],
  ] as const;
  return [
    ...table.allowApis.map(({ api }) => ({ scope, kind: 'api', name: api }) as const),
    ...flags.flatMap(([kind, allowed]) => (allowed === true ? [{ scope, kind }] : [])),
    ...table.allowBuildInstructions.map(
      (name) => ({ scope, kind: 'build-instruction', name }) as const,
    ),
    ...table.compileEnv.map((name) => ({ scope, kind: 'compile-env', name }) as const),
    ...table.compileFiles.map((name) => ({ scope, kind: 'compile-file', name }) as const),
  ];
}

function opensOf(
  name: string,
  { packages, byName, dependsOn }: Workspace,
  config: Config,
): Pick<PackagePermissions, 'opens'> {
  const table = config.macroSandboxes.get(name);
  if (table === undefined) return {};
  const own = byName.get(name) ?? [];
  const loads = (index: PackageIndex): boolean =>
    own.some((macro) => macro !== index && dependsOn(index, macro));
  const texts = (list: readonly ConfigText[]): string[] => list.map(({ value }) => value);
  return {
    opens: {
      network: table.allowNetwork === true,
      readable: texts(table.bindReadable),
      writable: texts([...table.bindWritable, ...table.makeWritable]),
      variables: texts(table.passEnv),
      arguments: texts(table.extraArgs),
      for: packages.flatMap(({ index, label }) => (loads(index) ? [label] : [])).sort(),
    },
  };
}
