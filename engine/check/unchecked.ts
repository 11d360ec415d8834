import type {
  BuildOutcome,
  CargoArtifact,
  FailedProgram,
  FailedSandboxedUnit,
} from '../build/types.ts';
import type { Gates } from '../gates/gates.ts';
import type { HeldProgram } from '../gates/held-programs.ts';
import type { Unchecked } from '../problems/report.ts';
import { sortedBy } from '../sorted-by.ts';
import type { Workspace } from '../workspace/types.ts';

/** Why something was not built. */
export interface Causes {
  readonly held: Iterable<HeldProgram>;
  /** Build scripts that failed. */
  readonly scripts: readonly FailedProgram[];
  /** Units that did not compile for want of a file that is a problem of the report. */
  readonly units: readonly FailedSandboxedUnit[];
}

/** Returns the members that `default-members` or `build_flags` leave out of the build; `causes` are why others were not built. */
export function leftOut(
  workspace: Workspace,
  built: ReadonlySet<string>,
  { held, scripts, units }: Causes,
): string[] {
  const waitsFor = [...held, ...scripts, ...units].flatMap(
    ({ packageId }) => workspace.byId.get(packageId)?.index ?? [],
  );
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
 * Returns what was not built, and so not judged, because a build script or proc macro was held, or failed, or for want of a file: in any
 * of the builds, of which `builds` has the artifacts.
 */
export function unchecked(
  { held, scripts, units }: Causes,
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
  const labelOf = (id: string): string => workspace.byId.get(id)?.label ?? id;
  const causes = [
    ...[...held].map((h) => ({
      ...h,
      failed: false,
      target: undefined,
      compilerAdvice: undefined,
    })),
    ...scripts.map(({ packageId, target, compilerAdvice }) => ({
      ...{ target, compilerAdvice },
      packageId,
      packageLabel: labelOf(packageId),
      held: 'build script',
      failed: true,
    })),
    ...[...new Set(units.map(({ packageId }) => packageId))].map((packageId) => ({
      packageId,
      packageLabel: labelOf(packageId),
      ...{ held: 'compilation', failed: true, target: undefined, compilerAdvice: undefined },
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

/** Returns why a build left something out. */
export const causesOf = (gates: Gates, outcome: BuildOutcome): Causes => ({
  held: gates.heldPrograms.values(),
  scripts: outcome.failedBuildScripts,
  units: outcome.failedSandboxedUnits,
});
