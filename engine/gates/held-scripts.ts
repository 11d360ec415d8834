import type { Records } from '../units/records.ts';
import type { LiveConfig } from '../verdicts/live-config.ts';
import { configHash } from './config-hash.ts';
import type { Gates } from './gates.ts';

/*
 * Cargo never got the output of a held build script: units that were compiled without it are fresh to cargo while the script
 * stays held, so a check after which nothing changed builds nothing. Once the script may run, it and all that depends on it is
 * built again, in the same run of cargo, so that nothing is compiled against units that were built without it.
 */

/**
 * Before cargo runs: has it run again what an earlier check held and what may run now. Who answers at once is asked for each:
 * allowed later, all that is compiled till then would be compiled again. `asksOf` tells whether this check builds a package:
 * nothing is written for the scripts of others. Gives the OUT_DIRs of what may run.
 */
export async function forgetReleased(
  records: Records,
  gates: Gates,
  live: LiveConfig,
  asksOf: (packageId: string) => boolean,
): Promise<string[]> {
  const held = [...records.allScripts()].filter((script) => script.held !== undefined);
  if (held.length === 0) return [];
  const now = configHash(live.current);
  const asks = ({ packageId }: { packageId: string }): boolean =>
    live.answersAtOnce === true && asksOf(packageId);
  const undecided = held.filter(
    (script) => asks(script) || script.heldBy === '' || script.heldBy !== now,
  );
  if (undecided.length === 0) return [];
  await records.unitsRead();
  const released: string[] = [];
  for (const script of undecided) {
    if (await gates.staysHeld(script, asks(script))) continue;
    await gates.release(script);
    released.push(script.outDir);
  }
  return released;
}

/**
 * After cargo ran: counts scripts that an earlier check held and cargo called fresh as held. Returns the OUT_DIRs of those that
 * may run after all; their runs are forgotten, and cargo has to run once more.
 */
export async function settleHeld(
  outDirs: ReadonlySet<string>,
  records: Records,
  gates: Gates,
): Promise<string[]> {
  const released: string[] = [];
  for (const outDir of [...outDirs].sort()) {
    const script = records.script(outDir);
    if (script?.held === undefined || records.isOfThisCheck(outDir)) continue;
    if (await gates.staysHeld(script)) {
      gates.holdStill(script);
      continue;
    }
    await records.forgetScript(script);
    released.push(outDir);
  }
  return released;
}
