import { coversVariable } from '../config/compile-rules.ts';
import type { Config, PermissionScope } from '../config/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { isWithin, realPath } from '../paths.ts';
import type { Problem } from '../problems/kinds.ts';
import type { CompileUse } from '../problems/usages.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { CrateKind, Package, Workspace } from '../workspace/types.ts';
import { allowsFile, writtenFile } from '../workspace/written-file.ts';
import { scopeOf } from './attribution.ts';

/** What the code of a unit asks for while it is compiled, allowed or not, as cackle.toml names it. */
export interface ReadsOfUnit {
  readonly package: Package;
  readonly scope: PermissionScope;
  readonly env: readonly CompileUse[];
  readonly files: readonly CompileUse[];
}

interface ReadingUnit extends Pick<UnitRecord, 'packageId' | 'kind' | 'target'> {
  readonly reads: {
    readonly env: readonly CompileUse[];
    readonly files: readonly CompileUse[];
  };
}

/**
 * Returns what a unit reads while it is compiled that its package does not give it (rule 4.27). A member of the workspace may
 * include what the workspace has, or that of the program which has cargo build it, save what was built. Undefined for a unit of a package that is not in the tree.
 */
export function readsOf(
  { packageId, kind, target, reads }: ReadingUnit,
  workspace: Workspace,
  namesTargets = false,
): ReadsOfUnit | undefined {
  const p = workspace.byId.get(packageId);
  if (p === undefined) return undefined;
  const on = namesTargets && target !== undefined ? { targets: [target] } : {};
  return {
    package: p,
    scope: scopeOf(p, { package: p.index, kind }),
    env: reads.env.map(({ name, place }) => ({ name, place, ...on })),
    files: reads.files
      .filter(({ name }) => !isOfMember(name, p, workspace))
      .map(({ name, place, isHidden }) => ({
        ...{ name: writtenFile(name, p, workspace), place, ...on },
        ...(isHidden === true ? { isHidden } : {}),
      })),
  };
}

/** Is a file the workspace's, and the package a member, which may include it? */
function isOfMember(file: string, p: Package, workspace: Workspace): boolean {
  const { root, outer } = workspace;
  const own = [
    { root, built: buildDirectories(workspace) },
    ...(outer === undefined ? [] : [outer]),
  ];
  return (
    p.isWorkspaceMember &&
    own.some(
      (place) =>
        isWithin(file, realPath(place.root)) &&
        !place.built.some((directory) => isWithin(file, realPath(directory))),
    )
  );
}

/** A unit that did not compile for want of files that its sandbox hides. */
export interface UnreadFiles {
  readonly packageId: string;
  readonly kind: CrateKind;
  readonly target: string | undefined;
  /** By the path that the code has for it. */
  readonly files: readonly { readonly path: string; readonly place: CompileUse['place'] }[];
}

/** Returns the problem of a unit that did not compile for want of files that nothing allows it: the same as if it had read them. */
export function unreadFiles(
  { packageId, kind, target, files }: UnreadFiles,
  workspace: Workspace,
  config: Config,
  namesTargets = false,
): Problem[] {
  const read = files.map(
    ({ path, place }) => ({ name: realPath(path), place, isHidden: true }) as const,
  );
  const reads = { env: [], files: read };
  return compileProblems({ packageId, kind, target, reads }, workspace, config, namesTargets);
}

/** Returns the problems of what a unit reads while it is compiled and its scope does not allow (rules 5.29, 5.30). */
export function compileProblems(
  unit: ReadingUnit,
  workspace: Workspace,
  config: Config,
  namesTargets: boolean,
): Problem[] {
  const reads = readsOf(unit, workspace, namesTargets);
  if (reads === undefined) return [];
  const { package: p, scope } = reads;
  const { compileEnv, compileFiles } = config.permissions(scope);
  const common = { packageLabel: p.label, packageName: p.name, scope };
  const files = reads.files.filter(
    ({ name }) => !compileFiles.some((rule) => allowsFile(rule, name, p)),
  );
  const env = reads.env.filter(({ name }) => !compileEnv.some((r) => coversVariable(r, name)));
  return [
    ...(files.length > 0
      ? [{ kind: 'disallowed-compile-files', ...common, uses: files } as const]
      : []),
    ...(env.length > 0 ? [{ kind: 'disallowed-compile-env', ...common, uses: env } as const] : []),
  ];
}
