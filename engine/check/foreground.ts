import { resolve } from 'node:path';
import { runPrograms } from '../build/driver.ts';
import type { BuildHandlers, ProgramsOutcome } from '../build/types.ts';
import { normalisedInstruction } from '../config/instruction-rules.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import type { RecordStore } from '../facts/store.ts';
import type { CheckReport } from '../problems/report.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { Workspace } from '../workspace/types.ts';
import { type CargoCommand, foregroundArguments, readCommand } from './cargo-command.ts';
import type { CheckObserver, CheckOptions } from './options.ts';
import type { Executables } from './programs.ts';
import { variablesSet } from './sandbox-problems.ts';

/** A finished check, with all that starting its programs takes. */
export interface Checked {
  readonly report: CheckReport;
  readonly executables: Executables;
  readonly workspace: Workspace;
  readonly config: Config;
  readonly sandboxes: Sandboxes | undefined;
  readonly store: RecordStore;
}

/** Runs `cargo test` or `cargo run` with our standard streams; only what was judged starts. */
export async function runInForeground(
  options: CheckOptions & { readonly command: CargoCommand },
  { executables, workspace, config, sandboxes, store }: Checked,
  observer: CheckObserver,
): Promise<ProgramsOutcome> {
  const { command } = options;
  const facts = readCommand(command, options.path);
  const scripts = new Map((await store.buildScripts()).map((script) => [script.outDir, script]));
  const changed = async (): Promise<never> => {
    throw new CheckError(
      'something changed after it was judged, and cargo would build it again',
      `\`cackle ${command.subcommand}\` again judges it`,
    );
  };
  const handlers: BuildHandlers = {
    holdsUnits: async () => true,
    onRustcStart: changed,
    onRustcDone: changed,
    onLink: changed,
    onLinked: changed,
    onBuildScriptStart: changed,
    onBuildScriptDone: changed,
    variablesOf: (outDir) => variablesSet(scripts.get(outDir)?.instructions ?? []),
    scriptInstructions: () =>
      [...scripts.values()].flatMap((script) => script.instructions.map(normalisedInstruction)),
    onProgramStart: (executable) => executables.answer(executable),
    onArtifact: () => undefined,
    onBuildScriptExecuted: () => undefined,
    onProgress: () => undefined,
    onCargoOutput: (text) => observer.cargoOutput(text),
  };
  return runPrograms(
    {
      workspaceRoot: workspace.root,
      directory: resolve(options.path),
      subcommand: [command.subcommand],
      cargoArguments: foregroundArguments(command, facts, {
        features: options.features ?? config.features,
        target: options.target,
        packages: options.packages,
      }),
      profile: facts.choosesProfile ? undefined : (options.profile ?? config.profile),
      linkAll: true,
      runsPrograms: true,
      storeId: store.id,
      sandboxes,
      colour: options.colour,
      showProgress: false,
    },
    workspace,
    handlers,
  );
}
