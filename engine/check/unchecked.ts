import type { CargoArtifact, FailedProgram } from '../build/types.ts';
import type { HeldProgram } from '../gates/held-programs.ts';
import type { Unchecked } from '../problems/report.ts';
import { sortedBy } from '../sorted-by.ts';
import type { Workspace } from '../workspace/types.ts';

/** Returns the members that `default-members` or `build_flags` leave out of the build. */
export function leftOut(
  workspace: Workspace,
  built: ReadonlySet<string>,
  held: Iterable<HeldProgram>,
): string[] {
  const waitsFor = [...held].flatMap(({ packageId }) => workspace.byId.get(packageId)?.index ?? []);
  return workspace.packages
    .filter(
      (p) =>
        p.isWorkspaceMember &&
        !built.has(p.id) &&
        p.targets.some((target) => target.isLeftOut !== true) &&
        !waitsFor.some((index) => workspace.dependsOn(p.index, index)),
    )
    .map(({ label }) => label);
}

/**
 * Returns what was not built, and so not judged, because a build script or proc macro was held, or failed: in any of the
 * builds, of which `builds` has the artifacts.
 */
export function unchecked(
  held: Iterable<HeldProgram>,
  failed: readonly FailedProgram[],
  builds: readonly (readonly CargoArtifact[])[],
  workspace: Workspace,
  bestEffort: readonly string[] = [],
): Unchecked[] {
  const builtFor = (target: string | undefined): ReadonlySet<string> => {
    const isOf = ({ filenames }: CargoArtifact): boolean =>
      target === undefined || filenames.some((file) => file.includes(`/${target}/`));
    const [first = new Set<string>(), ...others] = builds
      .map((artifacts) => artifacts.filter(isOf))
      // Another build may not be for that target at all.
      .filter((found) => target === undefined || found.length > 0)
      .map((found) => new Set(found.map((a) => `${a.packageId}\0${a.targetName}`)));
    return new Set([...first].filter((name) => others.every((built) => built.has(name))));
  };
  const causes = [
    ...[...held].map((h) => ({
      ...h,
      failed: false,
      target: undefined,
      compilerAdvice: undefined,
    })),
    ...failed.map(({ packageId, target, compilerAdvice }) => ({
      ...{ target, compilerAdvice },
      packageId,
      packageLabel: workspace.byId.get(packageId)?.label ?? packageId,
      held: 'build script',
      failed: true,
    })),
  ];
  const inOrder = sortedBy(causes, (cause) =>
    [cause.packageId, cause.held, cause.target ?? ''].join('\0'),
  );
  return inOrder.map(({ packageId, packageLabel, held: what, failed: hasFailed, ...cause }) => {
    const { target, compilerAdvice } = cause;
    const built = builtFor(target);
    const origin = workspace.byId.get(packageId);
    const blocks = workspace.packages
      .filter(
        (p) =>
          p.isWorkspaceMember && origin !== undefined && workspace.dependsOn(p.index, origin.index),
      )
      .flatMap((p) =>
        p.targets
          .filter((t) => t.isLeftOut !== true && !built.has(`${p.id}\0${t.name}`))
          .map((t) => `${p.label} (${t.kind[0] ?? 'target'} ${t.name})`),
      );
    return {
      ...{ packageLabel, held: what, failed: hasFailed, blocks },
      ...(target === undefined ? {} : { target }),
      ...(compilerAdvice === undefined ? {} : { compilerAdvice }),
      ...(target !== undefined && bestEffort.includes(target) ? { isExcused: true } : {}),
    };
  });
}
