import { existsSync } from 'node:fs';
import { isSameContent } from '../facts/content.ts';
import type { RecordStore } from '../facts/store.ts';
import type { Content, UnitRecord } from '../facts/unit-record.ts';
import type { Pools } from '../pool/pools.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { Workspace } from '../workspace/types.ts';
import { forgetRun, forgetUnit } from './forget.ts';
import { Records } from './records.ts';

/**
 * `--verify`: hashes everything that cargo may call fresh, and everything that was read to make it, instead of
 * trusting sizes and times. Removes what differs from its record, so that cargo builds or runs it again. Resolves to
 * the names of what was removed.
 */
export async function forgetChanged(
  store: RecordStore,
  pools: Pools,
  workspace: Workspace,
): Promise<string[]> {
  const records = await Records.open(store, workspace);
  await records.unitsRead();
  const hashOf = onceEach((path) => pools.contentHash({ path }));
  const factsOf = onceEach((path) =>
    pools.contentHash({ path, debugInfo: !isSysroot(path, workspace) }),
  );
  const isAsRecorded = async (contents: readonly Content[]): Promise<boolean> => {
    const found = await Promise.all(contents.map(({ path }) => hashOf(path)));
    return contents.every(({ hash }, i) => isSameContent(hash, found[i]));
  };
  /**
   * Resolves to whether the libraries that no unit made are unchanged: those of the toolchain, of build scripts and
   * of the system.
   */
  const inputsAreAsRecorded = async ({ links }: UnitRecord): Promise<boolean> => {
    const inputs = links
      .flatMap((link) => link.inputs)
      // rustc's copies are gone by now.
      .filter(
        ({ own, partOf, path }) =>
          !own && partOf === undefined && records.byOutput(path) === undefined,
      );
    const found = await Promise.all(inputs.map(({ path }) => factsOf(path)));
    return inputs.every(({ facts }, i) => found[i] === facts);
  };
  const changed: string[] = [];
  const units = [...records.all()].filter(({ outputs }) =>
    outputs.some(({ path }) => existsSync(path)),
  );
  await Promise.all([
    ...units.map(async (unit) => {
      if ((await isAsRecorded(unit.contents)) && (await inputsAreAsRecorded(unit))) return;
      await forgetUnit(unit);
      changed.push(`${unit.targetName} (${unit.kind})`);
    }),
    ...[...records.allScripts()].map(async ({ outDir, watched }) => {
      if (await isAsRecorded(watched)) return;
      await forgetRun(outDir);
      changed.push(`run of the build script of ${outDir}`);
    }),
  ]);
  return changed.sort();
}

/** Asks for each path once, since several units read most files. */
function onceEach(ask: (path: string) => Promise<string>): (path: string) => Promise<string> {
  const answers = new Map<string, Promise<string>>();
  return (path) => {
    let answer = answers.get(path);
    if (answer === undefined) {
      answer = ask(path);
      answers.set(path, answer);
    }
    return answer;
  };
}
