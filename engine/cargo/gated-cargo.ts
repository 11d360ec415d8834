import { join, resolve } from 'node:path';
import { runGated } from '../build/gated-run.ts';
import { UnknownUnitError } from '../build/units.ts';
import { CheckError } from '../errors.ts';
import { storeLocation } from '../facts/store.ts';
import { UNIT_RECORD_VERSION } from '../facts/unit-record.ts';
import { WorkspaceQuestions } from '../workspace/early-questions.ts';
import { keptPlaces } from '../workspace/metadata.ts';
import { cargoProgram } from '../workspace/run-program.ts';
import { type CargoLine, readCargoLine } from './command-line.ts';
import { JudgedMacros } from './judged-macros.ts';
import type { GatedResult } from './result.ts';
import type { Session } from './session.ts';

/** What a command of cargo's is asked for. */
export interface GatedCommand {
  /** As the user wrote them, `+TOOLCHAIN` included. */
  readonly args: readonly string[];
  readonly directory: string;
  /** Where cackle.toml is not beside the Cargo.toml of the workspace. */
  readonly configFile: string | undefined;
}

/**
 * Runs a command of cargo's as it is, with all that it compiles behind the gates (chapter 13 of docs/rules.md). `tell` gets lines for the
 * user. Throws CheckError and ConfigError where nothing could be judged.
 */
export async function runCargoCommand(
  { args, directory, configFile }: GatedCommand,
  tell: (text: string) => void,
): Promise<GatedResult> {
  refuseNested();
  const line = await readCargoLine(args, directory);
  // cargo, rustc and rustup read these from the environment, ours and theirs alike.
  if (line.toolchain !== undefined) process.env.RUSTUP_TOOLCHAIN = line.toolchain;
  if (line.targetDirectory !== undefined)
    process.env.CARGO_TARGET_DIR = resolve(directory, line.targetDirectory);
  const questions = new WorkspaceQuestions();
  let opening: Promise<Session> | undefined;
  const open = (): Promise<Session> => {
    // Loaded when a unit is compiled: most commands compile none.
    opening ??= import('./session.ts').then(({ openSession }) =>
      openSession(line, configFile, questions),
    );
    return opening;
  };
  // Who waits for it gets the error.
  const opened = (): Promise<Session | undefined> =>
    opening?.catch(() => undefined) ?? Promise.resolve(undefined);
  try {
    const areAll = line.isForPrograms && !(await macrosAreJudged(line, configFile, questions));
    if (areAll) {
      const [session, { judgeMacros }] = await Promise.all([open(), import('./outcome.ts')]);
      await judgeMacros(session);
    }
    const ended = await runGated(
      {
        ...{ program: cargoProgram(), directory },
        ...{ args: line.external?.args ?? line.args, subcommand: line.external?.file },
        refuse: async (words, from) => void (await readCargoLine(words, from)),
        family: `${line.runsPrograms ? 'gated-run' : 'gated'}-${UNIT_RECORD_VERSION}`,
        runsPrograms: line.runsPrograms,
        becomesProgram: line.subcommand === 'run',
        replacesRustc: line.mayFix,
      },
      async () => {
        const [session, { gatedHandlers }] = await Promise.all([open(), import('./handlers.ts')]);
        return { ...session, handlers: gatedHandlers(session, line, tell) };
      },
    );
    const session = await opened();
    if (session !== undefined) {
      const { resultOf } = await import('./outcome.ts');
      return await resultOf(ended, session, { areAll });
    }
    const nothing = { held: [], problems: [], forgotten: [], workspaceRoot: directory };
    return { ...ended, ...nothing };
  } catch (error) {
    // By an answer of cargo's that was kept, and holds no more.
    if (!(error instanceof UnknownUnitError) || !questions.answers.dropUsed()) throw error;
    throw new CheckError(error.message, 'run the command again: cargo is then asked anew', {
      cause: error,
    });
  } finally {
    await (await opened())?.close();
  }
}

/** Is each proc macro of the target directory judged by the configuration in force, as far as can be told without cargo? */
async function macrosAreJudged(
  line: CargoLine,
  configFile: string | undefined,
  questions: WorkspaceQuestions,
): Promise<boolean> {
  const { path, targets, resolved: cargoArguments } = line;
  const places = await keptPlaces({ path, targets, cargoArguments, questions });
  if (places === undefined) return false;
  const { root } = storeLocation(places.targetDirectory);
  const file = configFile ?? join(places.root, 'cackle.toml');
  return new JudgedMacros(root).areAsJudged(file);
}

/** Throws CheckError when a command behind the gates has started this one: it would take the shim for the user's wrapper. */
function refuseNested(): void {
  if (process.env.CACKLE_TOKEN === undefined) return;
  throw new CheckError(
    'this program was started by cackle, which judges already what cargo builds in it',
    'run it by itself, or have it call cargo',
  );
}
