import type { BuildHandlers, Refusal, RustcGate, RustcInvocation } from '../build/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { recordedAnswers } from '../gates/recorded-answers.ts';
import { forgetUnit } from '../units/forget.ts';
import { asGivenRecord } from '../units/units.ts';
import type { CargoLine } from './command-line.ts';
import type { Session } from './session.ts';

/**
 * Returns the answers to the shims of a command of cargo's (rule 13.1): what runs while cargo builds, and what cargo runs, is judged
 * before; all else is compiled as cargo asks. `tell` gets lines for the user.
 */
export function gatedHandlers(
  session: Session,
  line: CargoLine,
  tell: (text: string) => void,
): BuildHandlers {
  const { gates, macros, records, units, verdicts, workspace } = session;
  return {
    ...recordedAnswers(gates, records, workspace),
    async onRustcStart(invocation, waits) {
      await records.unitsRead();
      const gate = await gates.compilation(invocation, waits);
      if (!gate.allow) return { ...gate, fails: true };
      if (!isJudged(invocation, session, line)) return asGiven(invocation, session);
      const mixed = partsNotJudged(invocation, session);
      if (mixed !== undefined) return mixed;
      units.starts(invocation);
      return gate;
    },
    async onRustcDone(outcome) {
      if (!outcome.success) return undefined;
      if (!isJudged(outcome.invocation, session, line)) {
        // A program, which cargo may be about to run.
        await units.doneAsGiven(outcome);
        return undefined;
      }
      const record = await units.done(outcome);
      if (!record.isProcMacro) {
        // Judged while cargo goes on: it may be asked for soon.
        for (const link of record.links)
          void verdicts.verdictOf(record, link).catch(() => undefined);
        return undefined;
      }
      const gate = await gates.procMacro(record);
      if (gate.allow) {
        macros.add(record);
        return undefined;
      }
      // Whoever reads cargo's messages would load it, without us.
      await forgetUnit(record);
      return { ...gate, fails: true };
    },
    onRustdocStart: async (libraries, waits) => {
      await records.unitsRead();
      return gates.documentation(libraries, '', waits);
    },
    // Of a program that does not run, only what its linker is told was looked at.
    onLink: async (link) => {
      if (isJudged(link.invocation, session, line)) await units.link(link);
    },
    onLinked: async (link, file) => {
      if (isJudged(link.invocation, session, line)) await units.linked(link, file);
    },
    async onBuildScriptStart(run, waits) {
      await records.unitsRead();
      return gates.buildScript(run, waits);
    },
    onBuildScriptDone: (run, stdout, waits) => gates.scriptOutput.judge(run, stdout, waits),
    async onProgramStart(executable) {
      await records.unitsRead();
      const made = await records.makerOf(executable);
      const p = made && workspace.byId.get(made.record.packageId);
      if (made === undefined || p === undefined)
        return { do: 'refuse', reason: `${executable} was not judged${AGAIN}` };
      const { record } = made;
      if (session.gatesOnly) session.ranUnjudged.add(executable);
      else {
        const link = record.links.find(({ output }) => output === made.output);
        if (link === undefined || record.asGiven === true) {
          buildAgain([record, ...unjudgedIn(record.externs, session)], session);
          return { do: 'refuse', reason: `${executable} was not judged${AGAIN}` };
        }
        const gate = await gates.program(record, link);
        if (!gate.allow) return { do: 'refuse', reason: gate.reason };
      }
      return { do: 'run', package: p.index, isTest: record.kind === 'test' };
    },
    onArtifact: () => undefined,
    onBuildScriptExecuted: () => undefined,
    onProgress: () => undefined,
    onCargoOutput: tell,
  };
}

const AGAIN = '; only what cargo has just built behind the gates runs: build it again';

/** Does a unit run on this machine, or become part of what does? */
function isJudged(
  { emitsCode, kind, isProcMacro, crateTypes, target, package: index }: RustcInvocation,
  session: Session,
  { runsPrograms }: CargoLine,
): boolean {
  if (!emitsCode) return false;
  if ((runsPrograms && !session.gatesOnly) || kind === 'build-script' || isProcMacro) return true;
  // Where cargo names the target, what is for this machine has none.
  const mayBeForHost = target === undefined && session.hostPackages.has(index);
  return kind === 'primary' && !crateTypes.includes('bin') && mayBeForHost;
}

async function asGiven(invocation: RustcInvocation, { records }: Session): Promise<RustcGate> {
  await records.putAsGiven(asGivenRecord(invocation, records));
  const libraries = invocation.externs.flatMap(({ path }) => path ?? []);
  const loadsMacros = [...records.closure(libraries)].some((unit) => unit.isProcMacro);
  return { allow: true, asGiven: { loadsMacros } };
}

/** Refuses a unit whose code may run and which is compiled with libraries that were not judged; they are built again. */
function partsNotJudged(invocation: RustcInvocation, session: Session): Refusal | undefined {
  const parts = unjudgedIn(
    invocation.externs.flatMap(({ path }) => path ?? []),
    session,
  );
  if (parts.length === 0) return undefined;
  buildAgain(parts, session);
  const names = parts.map(({ crateName }) => crateName).join(', ');
  return {
    ...{ allow: false, fails: true },
    reason: `built again, because the code of these now runs, and was not judged before: ${names}`,
  };
}

/** The libraries among these, and those that they are compiled with, of which nothing was judged. */
function unjudgedIn(libraries: readonly string[], { records }: Session): UnitRecord[] {
  return [...records.closure(libraries)].filter((unit) => unit.asGiven && !unit.isProcMacro);
}

/** Has cargo build units again in the next run. */
function buildAgain(units: readonly UnitRecord[], { gates }: Session): void {
  for (const { outputs } of units) for (const { path } of outputs) gates.filesToRebuild.add(path);
}
