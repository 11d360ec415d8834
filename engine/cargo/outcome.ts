import { rm } from 'node:fs/promises';
import type { GatedOutcome } from '../build/gated-run.ts';
import { sandboxWords } from '../check/sandbox-words.ts';
import { unreadBy } from '../check/unread-files.ts';
import { failedBuildScripts } from '../judge/program-problems.ts';
import { mergeProblems } from '../problems/merge.ts';
import { forgetRun, forgetUnit } from '../units/forget.ts';
import type { GatedResult } from './result.ts';
import type { Session } from './session.ts';

/** Keeps what a command of cargo's has judged, and resolves to how it ended. */
export async function resultOf(
  outcome: GatedOutcome,
  session: Session,
  { areAll }: { readonly areAll: boolean },
): Promise<GatedResult> {
  const { status, signal, failedTests, failedBuildScripts: failed } = outcome;
  const { failedSandboxedUnits: units } = outcome;
  const common = { status, signal, failedTests };
  const { workspace, macros, judgedBy, held, config } = session;
  await macros.keep(judgedBy, { areAll });
  const sandboxed = failed.filter(({ sandboxCommand }) => sandboxCommand !== undefined);
  return {
    ...{ ...common, held, workspaceRoot: workspace.root },
    ranUnjudged: session.ranUnjudged.size > 0,
    // As a check tells them: each once, whatever it holds (rule 5.19).
    problems: mergeProblems([
      ...held.flatMap(({ problems }) => problems),
      ...failedBuildScripts(sandboxed, workspace),
      ...units.flatMap((unit) => unreadBy(unit, workspace, config)),
    ]),
    rustcSandbox: {
      words: sandboxWords(units, { workspace, config }, { files: false }),
      command: units[0]?.command,
    },
    forgotten: await forgetUnknown(session),
  };
}

/** Has cargo build again what a gate refused for want of a record. Resolves to what that is. */
async function forgetUnknown({ gates }: Session): Promise<readonly string[]> {
  const { filesToRebuild, scriptsToRerun } = gates;
  await Promise.all([...filesToRebuild].map((path) => rm(path, { force: true })));
  await Promise.all([...scriptsToRerun].map(forgetRun));
  return [...filesToRebuild, ...scriptsToRerun];
}

/** Judges the proc macros that are there, and removes those that may not be loaded: cargo builds them again, and fails. */
export async function judgeMacros({ records, gates, macros, held }: Session): Promise<void> {
  await records.unitsRead();
  for (const record of [...records.all()]) {
    if (!record.isProcMacro || record.asGiven) continue;
    const gate = await gates.procMacro(record);
    if (gate.allow) macros.add(record);
    else await forgetUnit(record);
  }
  // This command may build none of them.
  held.length = 0;
}
