import type { BuildHandlers, Refusal, RustcGate, RustcInvocation } from '../build/types.ts';
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
      if (!outcome.success || !isJudged(outcome.invocation, session, line)) return undefined;
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
      const link = made?.record.links.find(({ output }) => output === made.output);
      if (made === undefined || link === undefined || made.record.gated !== 'judged')
        return { do: 'refuse', reason: `${executable} was not judged${AGAIN}` };
      const gate = await gates.program(made.record, link);
      if (!gate.allow) return { do: 'refuse', reason: gate.reason };
      const p = workspace.byId.get(made.record.packageId);
      if (p === undefined) return { do: 'refuse', reason: `${executable} is of no package here` };
      return { do: 'run', package: p.index, isTest: made.record.kind === 'test' };
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
  if (runsPrograms || kind === 'build-script' || isProcMacro) return true;
  // Where cargo names the target, what is for this machine has none.
  const mayBeForHost = target === undefined && session.hostPackages.has(index);
  return kind === 'primary' && !crateTypes.includes('bin') && mayBeForHost;
}

async function asGiven(invocation: RustcInvocation, { records }: Session): Promise<RustcGate> {
  await records.putAsGiven(asGivenRecord(invocation));
  const libraries = invocation.externs.flatMap(({ path }) => path ?? []);
  const loadsMacros = [...records.closure(libraries)].some((unit) => unit.isProcMacro);
  return { allow: true, asGiven: { loadsMacros } };
}

/** Refuses a unit whose code may run and which is compiled with libraries that were not judged; they are built again. */
function partsNotJudged(
  invocation: RustcInvocation,
  { records, gates }: Session,
): Refusal | undefined {
  const libraries = invocation.externs.flatMap(({ path }) => path ?? []);
  const parts = [...records.closure(libraries)].filter(
    (unit) => unit.gated === 'as-given' && !unit.isProcMacro,
  );
  if (parts.length === 0) return undefined;
  const files = parts.flatMap(({ outputs }) => outputs.map(({ path }) => path));
  for (const path of files) gates.filesToRebuild.add(path);
  const names = parts.map(({ crateName }) => crateName).join(', ');
  return {
    ...{ allow: false, fails: true },
    reason: `built again, because the code of these now runs while building, and was not judged before: ${names}`,
  };
}
