import type { ProgramStart } from '../build/program-tracer.ts';
import type { Workspace } from '../workspace/types.ts';
import { Places } from './places.ts';
import { type Recorded, readTrace } from './recorder.ts';
import { sandboxKind } from './sandbox-view.ts';
import type { Act, ObservedProgram } from './types.ts';

/** What a program did in one run, as it is kept with that. Plain data. */
export interface SeenProgram
  extends Pick<ProgramStart, 'kind' | 'packageId' | 'targetName' | 'unit' | 'externs'> {
  readonly sandbox: ObservedProgram['sandbox'];
  /** The variables that a build script told cargo it reads. */
  readonly variables: readonly string[];
  /** As in {@link Acts}. */
  readonly outside: readonly Act[];
  readonly systemFiles: number;
  readonly apis: readonly string[];
}

/** Returns what a program that was traced did. Throws CheckError for a trace that cannot be used. */
export function seenOf(recorded: Recorded, workspace: Workspace, places: Places): SeenProgram {
  const { start, variables } = recorded;
  const { kind, packageId, targetName, unit, externs } = start;
  const p = workspace.byId.get(packageId);
  if (p === undefined) throw new Error(`no package ${packageId}`);
  const acts = places.actsOf(start, p, readTrace(recorded, workspace));
  return {
    ...{ kind, packageId, targetName, unit, externs, variables },
    sandbox: sandboxKind(start.sandboxCommand),
    ...{ outside: acts.outside, systemFiles: acts.systemFiles, apis: [...acts.apis].sort() },
  };
}

/** Returns what several programs did. Throws as {@link seenOf} does. */
export function allSeen(recorded: readonly Recorded[], workspace: Workspace): SeenProgram[] {
  const places = new Places(workspace);
  return recorded.map((one) => seenOf(one, workspace, places));
}
