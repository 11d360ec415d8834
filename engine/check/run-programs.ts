import { runPrograms } from '../build/driver.ts';
import type { BuildHandlers, ProgramsOutcome } from '../build/types.ts';
import { normalisedInstruction, variablesSet } from '../config/instruction-rules.ts';
import { CheckError } from '../errors.ts';
import type { CargoCommand } from './cargo-command.ts';
import { runRequest } from './cargo-request.ts';
import type { CheckObserver, CheckOptions } from './options.ts';
import type { FinishedCheck } from './report.ts';

/** Runs `cargo test` or `cargo run` with our standard streams; only judged programs start. */
export async function runJudgedPrograms(
  options: CheckOptions & { readonly command: CargoCommand },
  checked: FinishedCheck,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<ProgramsOutcome> {
  const { programs, workspace, store, loaderPlaces } = checked;
  const scripts = new Map((await store.buildScripts()).map((script) => [script.outDir, script]));
  const changed = async (): Promise<never> => {
    throw new CheckError(
      'a file changed after it was judged, so cargo would build again',
      `\`cackle ${options.command.subcommand}\` again: it judges what changed`,
    );
  };
  const handlers: BuildHandlers = {
    holdsUnits: async () => true,
    loaderPlace: (directory) => loaderPlaces.insteadOf(directory),
    onRustcStart: changed,
    macrosOf: () => [],
    onRustcDone: changed,
    onLink: changed,
    onLinked: changed,
    onBuildScriptStart: changed,
    onBuildScriptDone: changed,
    variablesOf: (outDir) => variablesSet(scripts.get(outDir)?.instructions ?? []),
    hasSpoken: () => true,
    scriptInstructions: () =>
      [...scripts.values()].flatMap((script) => script.instructions.map(normalisedInstruction)),
    onProgramStart: (executable) => programs.answer(executable),
    onArtifact: () => undefined,
    onBuildScriptExecuted: () => undefined,
    onProgress: () => undefined,
    onCargoOutput: (text) => observer.cargoOutput(text),
  };
  return runPrograms(runRequest(options, checked), workspace, handlers, signal);
}
