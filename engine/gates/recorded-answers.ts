import type { BuildHandlers } from '../build/types.ts';
import { normalisedInstruction, variablesSet } from '../config/instruction-rules.ts';
import type { Records } from '../units/records.ts';
import type { Workspace } from '../workspace/types.ts';
import type { Gates } from './gates.ts';

/** What shims ask that records and gates answer alone. */
type Recorded =
  | 'holdsUnits'
  | 'loaderPlace'
  | 'macrosOf'
  | 'variablesOf'
  | 'hasSpoken'
  | 'scriptInstructions';

/** Returns the answers that are the same in a check and in a command of cargo's behind the gates. */
export function recordedAnswers(
  gates: Gates,
  records: Records,
  { byId }: Pick<Workspace, 'byId'>,
): Pick<BuildHandlers, Recorded> {
  return {
    async holdsUnits(directory) {
      await records.unitsRead();
      return gates.holdsUnits(directory);
    },
    async loaderPlace(directory) {
      await records.unitsRead();
      return gates.loaderPlaces.insteadOf(directory);
    },
    macrosOf: (unit) => gates.macroPackagesOf(unit),
    variablesOf: (outDir) => variablesSet(records.script(outDir)?.instructions ?? []),
    hasSpoken: (outDir) => records.hasSpoken(outDir),
    scriptInstructions: () =>
      // A target directory may hold the scripts of other workspaces.
      [...records.allScripts()]
        .filter(({ packageId }) => byId.has(packageId))
        .flatMap((script) => script.instructions.map(normalisedInstruction)),
  };
}
