import type { ProgramStart } from '../build/program-tracer.ts';
import type { Workspace } from '../workspace/types.ts';
import { Places } from './places.ts';
import { type Recorded, type Recorder, readTraces } from './recorder.ts';
import type { Replay } from './replay.ts';
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

/** Returns what programs did that were traced in one build, in their order. Throws CheckError for a trace that cannot be used. */
export function seenOf(
  recorded: readonly Recorded[],
  { links }: Recorder,
  workspace: Workspace,
): SeenProgram[] {
  const places = new Places(workspace);
  const replays = readTraces(recorded, links, workspace);
  return recorded.map((one, i) => seenIn(one, replays[i] as Replay, { workspace, places }));
}

function seenIn(
  { start, variables }: Recorded,
  replay: Replay,
  { workspace, places }: { readonly workspace: Workspace; readonly places: Places },
): SeenProgram {
  const { kind, packageId, targetName, unit, externs } = start;
  const p = workspace.byId.get(packageId);
  if (p === undefined) throw new Error(`no package ${packageId}`);
  const acts = places.actsOf(start, p, replay);
  return {
    ...{ kind, packageId, targetName, unit, externs, variables },
    sandbox: sandboxKind(start.sandboxCommand),
    ...{ outside: acts.outside, systemFiles: acts.systemFiles, apis: [...acts.apis].sort() },
  };
}
