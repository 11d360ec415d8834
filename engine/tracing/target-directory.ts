import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RecordStore, storeLocation } from '../facts/store.ts';
import { forgetRun, forgetUnit } from '../units/forget.ts';
import { Records } from '../units/records.ts';
import type { Workspace } from '../workspace/types.ts';

/** Where programs are built that are to run again, so that what the user built stays as it is (rule 14.4). */
const NAME = 'cackle-trace';

/** Returns the workspace as it is built for a trace: in a directory of its own within the target directory. */
export function tracedWorkspace(workspace: Workspace): Workspace {
  const { targetDirectory, buildDirectory } = workspace;
  const own = join(targetDirectory, NAME);
  const isOne = buildDirectory === targetDirectory;
  return { ...workspace, targetDirectory: own, buildDirectory: isOne ? own : join(own, 'build') };
}

/** Has cargo run every build script again, and compile again what loads proc macros. */
export async function forgetPrograms(workspace: Workspace): Promise<void> {
  const { root } = storeLocation(workspace.targetDirectory);
  if (!existsSync(root)) return;
  const store = await RecordStore.open(root);
  const records = await Records.open(store, workspace);
  await records.unitsRead();
  for (const unit of records.all())
    if ([...records.closure(unit.externs)].some(({ isProcMacro }) => isProcMacro))
      await forgetUnit(unit);
  for (const script of [...records.allScripts()]) await records.forgetScript(script);
  for (const { outDir } of await store.buildScripts()) await forgetRun(outDir);
}
