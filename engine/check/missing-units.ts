import { rm } from 'node:fs/promises';
import type { BuildOutcome, CargoArtifact } from '../build/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { settleHeld } from '../gates/held-scripts.ts';
import { filesOf, forget, forgetRun, forgetUnit } from '../units/forget.ts';
import { seesTheSame } from '../units/hidden-variables.ts';
import { StaleOutputError } from '../verdicts/output-verdict.ts';
import type { BuildAttempt } from './attempt.ts';
import type { CheckContext } from './context.ts';
import { placeholders } from './programs.ts';

/**
 * Forgets what a gate held for lack of a record, and what was held or refused though it need not be any more, so that
 * cargo builds it again. Gives what that is; nothing is left to say of the outcome where an output could not be judged.
 */
export async function unitsNotHeldAsBefore(
  { workspace }: CheckContext,
  { records, gates, failures, artifacts, executed }: BuildAttempt,
  outcome: BuildOutcome | StaleOutputError,
): Promise<readonly string[]> {
  if (outcome instanceof StaleOutputError) {
    const forgotten = await forgetUnit(outcome.record);
    return [...forgotten, ...(await forgetUnrecorded(records, artifacts, workspace))];
  }
  const { filesToRebuild, scriptsToRerun } = gates;
  if (filesToRebuild.size > 0 || scriptsToRerun.size > 0) {
    // A store that was lost in part, or is of another version.
    await Promise.all([...filesToRebuild].map((path) => rm(path, { force: true })));
    await Promise.all([...scriptsToRerun].map(forgetRun));
    // A gate sees only what the refused unit itself names: below that, all may be without a record.
    const unrecorded = await forgetUnrecorded(records, artifacts, workspace);
    return [...filesToRebuild, ...scriptsToRerun, ...unrecorded];
  }
  const released = await settleHeld(executed, records, gates);
  if (released.length > 0) return released.map((outDir) => `build script of ${outDir}`);
  return failures.settle(gates.heldPrograms);
}

/** Forgets what cargo calls fresh and has no record. Resolves to the files of that. */
async function forgetUnrecorded(
  records: BuildAttempt['records'],
  artifacts: readonly CargoArtifact[],
  workspace: CheckContext['workspace'],
): Promise<readonly string[]> {
  const forgotten: string[] = [];
  for (const artifact of artifacts.filter(({ fresh }) => fresh)) {
    if ((await records.ofArtifact(artifact)) !== undefined) continue;
    await forget(artifact, workspace);
    forgotten.push(...filesOf(artifact));
  }
  return forgotten;
}

/**
 * Begins to judge what cargo calls fresh. Forgets what has no record, or one of a unit that rustc compiled in another sandbox, and what
 * ran untraced where all is traced, so that cargo builds it again, and gives what that is.
 */
export async function unitsWithoutFacts(
  { options, workspace, sandboxes, trace }: CheckContext,
  { records, verdicts, artifacts, executed, gatesOnly }: BuildAttempt,
  { configVariables }: BuildOutcome,
): Promise<readonly string[]> {
  const unitsToRebuild: string[] = [];
  if (options.command !== undefined) {
    for (const artifact of await placeholders(artifacts)) {
      const record = await records.ofArtifact(artifact);
      // By its record, only the unit goes: a test of the program has its name.
      await (record === undefined ? forget(artifact, workspace) : forgetUnit(record));
      unitsToRebuild.push(...filesOf(artifact));
    }
  }
  const isOtherwiseSandboxed = (record: UnitRecord): boolean => {
    const { packageId, kind, loaded } = record;
    const { macros, opened } = loaded;
    const passes = (name: string): boolean =>
      sandboxes?.passesToRustc(name, configVariables, macros) ?? true;
    const now = sandboxes?.openedTo({ packageId, kind, macros }) ?? '';
    if (!seesTheSame(record, passes) || now !== opened) return true;
    const { files } = record.reads;
    if (files.length === 0) return false;
    const { outDir } = record;
    const hides = sandboxes?.hiddenFromRustc({ packageId, kind, macros, outDir });
    return files.some(({ name, wasHidden }) => (hides?.(name) ?? false) !== (wasHidden ?? false));
  };
  for (const artifact of artifacts.filter((a) => a.fresh)) {
    const record = await records.ofArtifact(artifact);
    const isUnseen = record !== undefined && trace?.hasSeenUnit(record) === false;
    const isUnjudged = record?.asGiven === true && !gatesOnly;
    if (record === undefined || isUnseen || isUnjudged || isOtherwiseSandboxed(record)) {
      await forget(artifact, workspace);
      unitsToRebuild.push(...filesOf(artifact));
      continue;
    }
    records.current.add(record);
    for (const link of record.links) void verdicts.verdictOf(record, link);
  }
  for (const outDir of executed) {
    const script = records.script(outDir);
    const isUnseen = script !== undefined && (await trace?.hasSeenScript(script)) === false;
    if (script !== undefined && !isUnseen) continue;
    // What it told cargo, or did, was not seen, or is not known any more: it has to do it again.
    await forgetRun(outDir);
    unitsToRebuild.push(`build script of ${outDir}`);
  }
  return unitsToRebuild;
}
