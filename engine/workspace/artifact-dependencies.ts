import { CheckError } from '../errors.ts';
import type { Package, Workspace } from './types.ts';

/** A package as `cargo metadata` resolves it, the fields in use; kind `null` is a normal dependency. */
export interface ResolvedNode {
  readonly id: string;
  readonly deps?:
    | readonly {
        readonly pkg: string;
        readonly dep_kinds?:
          | readonly {
              readonly kind?: string | null | undefined;
              readonly artifact?: string | null | undefined;
            }[]
          | undefined;
      }[]
    | undefined;
}

/** Artifact kinds that a program can run, or load, as they are. */
const runnable = new Set(['bin', 'cdylib']);

/**
 * Throws CheckError when a build script or proc macro, or a crate linked into one, has an artifact dependency (Cargo Book,
 * "Artifact dependencies") that is a program or shared library: it could run or load it as soon as cargo has built it, before
 * it is judged. Artifacts of the user's programs alone are allowed, since they are judged with them.
 */
export function refuseArtifactsOfHost(
  nodes: readonly ResolvedNode[],
  { packages, byId }: Workspace,
): void {
  const artifacts = nodes.flatMap(({ id, deps = [] }) =>
    deps.flatMap(({ pkg, dep_kinds = [] }) =>
      dep_kinds
        .filter(({ kind, artifact }) => kind !== 'dev' && runnable.has(artifact ?? ''))
        .map(({ kind, artifact }) => ({ id, pkg, ofScript: kind === 'build', artifact })),
    ),
  );
  if (artifacts.length === 0) return;
  const host = linkedIntoHost(nodes, packages);
  const labelOf = (id: string): string => byId.get(id)?.label ?? id;
  for (const { id, pkg, ofScript, artifact } of artifacts) {
    if (!ofScript && !host.has(id)) continue;
    const who = ofScript
      ? `the build script of ${labelOf(id)}`
      : `${labelOf(id)}, which runs while the tree is built,`;
    const what = artifact === 'bin' ? 'a program' : 'a shared library';
    throw new CheckError(
      `${who} gets ${what} of ${labelOf(pkg)} to run (\`artifact = "${artifact}"\`): it would run before cackle has judged it`,
      `remove the artifact dependency from ${ofScript ? 'its [build-dependencies]' : 'its manifest'}, or leave the package out of the check`,
    );
  }
}

/** The packages that are linked into a proc macro or a build script. */
function linkedIntoHost(
  nodes: readonly ResolvedNode[],
  packages: readonly Package[],
): ReadonlySet<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const macros = packages.filter(({ targets }) =>
    targets.some(({ kind }) => kind.includes('proc-macro')),
  );
  const needed = (id: string, only?: string): string[] =>
    (byId.get(id)?.deps ?? [])
      .filter(({ dep_kinds = [] }) =>
        dep_kinds.some(({ kind }) => (only === undefined ? kind !== 'dev' : kind === only)),
      )
      .map(({ pkg }) => pkg);
  const host = new Set([
    ...macros.map(({ id }) => id),
    ...nodes.flatMap(({ id }) => needed(id, 'build')),
  ]);
  for (const id of host) for (const next of needed(id)) host.add(next);
  return host;
}
