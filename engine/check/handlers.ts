import type { BuildHandlers, Gate, RustcGate, RustcInvocation } from '../build/types.ts';
import { recordedAnswers } from '../gates/recorded-answers.ts';
import type { BuildAttempt } from './attempt.ts';
import type { CargoText } from './cargo-text.ts';
import type { CheckContext } from './context.ts';
import type { BuildProgressNotes } from './progress.ts';

/** The parts beside the attempt itself that need events of the build. */
interface BuildListeners {
  readonly text: CargoText;
  readonly progress: BuildProgressNotes;
  /** Aborts the speculative judging of outputs that may turn out to be fresh. */
  readonly earlyJudging: AbortController;
  /** Outputs of earlier checks are judged beside the first run of cargo only. */
  readonly isFirst: boolean;
}

/** Returns the engine's handlers for the requests of the shims: a gate answers each, and the answer is recorded and logged. */
export function buildHandlers(
  { observer, workspace, unchanged, counts }: CheckContext,
  { records, verdicts, unitProblems, gates, units, failures, ...attempt }: BuildAttempt,
  { text, progress, earlyJudging, isFirst }: BuildListeners,
): BuildHandlers {
  // What `cargo check` compiles no code of runs nowhere.
  const isJudged = ({ emitsCode }: RustcInvocation): boolean => emitsCode || !attempt.gatesOnly;
  const logged = (what: string, gate: Gate): Gate => {
    if (gate.allow) observer.log?.('debug', `may ${what}`);
    else observer.log?.('info', `may not ${what}: ${gate.reason}`);
    if (!gate.allow && gate.isHeld) text.refusedAsHeld(gate.reason);
    return gate;
  };
  const judgeEarly = async (): Promise<void> => {
    await records.unitsRead().catch(() => earlyJudging.abort());
    if (!isFirst) return;
    await verdicts.judgeRecorded(earlyJudging.signal);
    observer.waits?.();
  };
  return {
    // The engine is idle until the first request of a shim.
    onCargoStarted: () => void judgeEarly(),
    ...recordedAnswers(gates, records, workspace),
    async onRustcStart(invocation, waits): Promise<RustcGate> {
      observer.log?.('debug', `compile ${nameOf(invocation)}`);
      const known = await failures.gate(invocation);
      if (!known.allow) {
        text.refusedAgain(invocation.crateName, known.reason);
        return logged(`compile ${nameOf(invocation)} again`, known);
      }
      await records.unitsRead();
      const gate = await gates.compilation(invocation, waits);
      // Stop speculative judging: records change from now on.
      if (gate.allow) earlyJudging.abort();
      unchanged.ran ||= gate.allow;
      units.starts(invocation);
      const answer = logged(`compile ${nameOf(invocation)} with what it names`, gate);
      if (!answer.allow || isJudged(invocation)) return answer;
      return { allow: true, asGiven: { loadsMacros: true, isTold: true } };
    },
    async onRustcDone(outcome) {
      const { invocation, success } = outcome;
      observer.log?.('debug', `compiled ${nameOf(invocation)}${success ? '' : ': it failed'}`);
      await failures.ended(outcome);
      if (!success) return;
      counts.compiled(keyOf(invocation));
      if (!isJudged(invocation)) {
        await units.doneAsGiven(outcome);
        return;
      }
      const record = await units.done(outcome);
      // What macros lend is told at the end: what defines them may still be at work.
      progress.found(unitProblems.problemsOfUnit(record, unitProblems.lentBy([])));
      for (const link of record.links) {
        void verdicts.verdictOf(record, link).then(
          (verdict) => {
            progress.found(verdicts.problemsOf(verdict));
            progress.report();
          },
          () => undefined,
        );
      }
    },
    onLink(link) {
      observer.log?.('debug', `link ${link.output}: ${link.inputs.length} inputs`);
      return units.link(link);
    },
    onLinked: (link, file) => units.linked(link, file),
    async onBuildScriptStart(run, waits) {
      earlyJudging.abort();
      await records.unitsRead();
      const gate = await gates.buildScript(run, waits);
      if (gate.allow && gate.said !== undefined)
        observer.log?.('debug', `known is what ${run.executable} says`);
      else logged(`run ${run.executable}`, gate);
      unchanged.ran ||= gate.allow;
      return gate;
    },
    onBuildScriptDone: (run, stdout, waits) => gates.scriptOutput.judge(run, stdout, waits),
    onShim: (path) => unchanged.watch(path),
    // `cargo run` would run what is not yet judged.
    onProgramStart: async () => ({ do: 'skip' }),
    onArtifact(artifact) {
      const state = artifact.fresh ? 'fresh' : 'built';
      observer.log?.('trace', `${state}: ${artifact.filenames.join(' ')}`);
      attempt.artifacts.push(artifact);
    },
    onBuildScriptExecuted: ({ outDir }) => attempt.executed.add(outDir),
    onProgress: (cargo) => progress.cargoAt(cargo),
    onCargoOutput: (line) => text.line(line),
  };
}

const nameOf = ({ crateName, extraFilename, kind, packageId }: RustcInvocation): string =>
  `${crateName}${extraFilename} (${kind}) of ${packageId}`;

/** Cargo gives each unit a file name of its own. */
const keyOf = ({ outDir, crateName, extraFilename, kind }: RustcInvocation): string =>
  [outDir, crateName, extraFilename, kind].join('\0');
