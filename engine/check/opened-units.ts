import type { Config, ConfigText } from '../config/types.ts';
import { distinct } from '../distinct.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import type { OpenedUnit } from '../problems/report.ts';
import type { Workspace } from '../workspace/types.ts';

/** Returns the units for which a proc macro opened the sandbox of rustc, each once, with what it was then (rule 7.13). */
export function openedUnits(
  units: readonly UnitRecord[],
  config: Config,
  { byId }: Workspace,
): OpenedUnit[] {
  const opened = units.filter(({ loaded }) => loaded.opened !== '');
  const found = opened.map(({ packageId, targetName, kind, loaded }): OpenedUnit => {
    const macros = loaded.macros
      .flatMap((id) => byId.get(id)?.name ?? [])
      .filter((name) => config.macroSandboxes.has(name));
    const { allowNetwork, bindReadable, bindWritable, makeWritable, passEnv, extraArgs } =
      config.unitSandbox(macros);
    return {
      packageLabel: byId.get(packageId)?.label ?? packageId,
      ...{ target: targetName, kind, macros },
      sandbox: {
        allowNetwork,
        bindReadable: texts(bindReadable),
        bindWritable: texts(bindWritable),
        makeWritable: texts(makeWritable),
        passEnv: texts(passEnv),
        extraArgs: texts(extraArgs),
      },
    };
  });
  return distinct(found);
}

const texts = (list: readonly ConfigText[]): string[] => list.map(({ value }) => value);
