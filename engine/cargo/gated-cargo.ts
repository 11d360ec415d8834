import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runGated } from '../build/gated-run.ts';
import { UnknownUnitError } from '../build/units.ts';
import { CheckError } from '../errors.ts';
import { storeLocation } from '../facts/store.ts';
import { UNIT_RECORD_VERSION } from '../facts/unit-record.ts';
import { readRegularFile } from '../regular-file.ts';
import { nearestManifest, upward } from '../workspace/cargo-files.ts';
import { WorkspaceQuestions } from '../workspace/early-questions.ts';
import { keptPlaces } from '../workspace/metadata.ts';
import { cargoProgram } from '../workspace/run-program.ts';
import { type CargoLine, readCargoLine } from './command-line.ts';
import { JudgedMacros } from './judged-macros.ts';
import type { NestedCommand } from './nested.ts';
import type { GatedResult } from './result.ts';
import type { Session } from './session.ts';

/** What a command of cargo's is asked for. */
export interface GatedCommand {
  /** As the user wrote them, `+TOOLCHAIN` included. */
  readonly args: readonly string[];
  readonly directory: string;
  /** Where cackle.toml is not beside the Cargo.toml of the workspace. */
  readonly configFile: string | undefined;
  /** Where a program behind the gates has started this command. */
  readonly nested?: NestedCommand | undefined;
}

/**
 * Runs a command of cargo's as it is, with all that it compiles behind the gates (chapter 13 of docs/rules.md). `tell` gets lines for the
 * user. Throws CheckError and ConfigError where nothing could be judged.
 */
export async function runCargoCommand(
  { args, directory, configFile, nested }: GatedCommand,
  tell: (text: string) => void,
): Promise<GatedResult> {
  refuseWithin();
  const line = await readCargoLine(args, directory);
  refuseWithoutConfig(line, configFile);
  // cargo, rustc and rustup read these from the environment, ours and theirs alike.
  if (line.toolchain !== undefined) process.env.RUSTUP_TOOLCHAIN = line.toolchain;
  if (line.targetDirectory !== undefined)
    process.env.CARGO_TARGET_DIR = resolve(directory, line.targetDirectory);
  const questions = new WorkspaceQuestions();
  let opening: Promise<Session> | undefined;
  const open = (): Promise<Session> => {
    // Loaded when a unit is compiled: most commands compile none.
    opening ??= import('./session.ts').then(({ openSession }) =>
      openSession(line, { configFile, nested }, questions),
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
        nested,
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
    const nothing = { held: [], problems: [], forgotten: [], ranUnjudged: false };
    return { ...ended, ...nothing, workspaceRoot: directory };
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

/** Throws CheckError where nothing could be judged for want of a cackle.toml, before cargo begins to compile. */
function refuseWithoutConfig({ compiles, path }: CargoLine, configFile: string | undefined): void {
  const directory = nearestManifest(path);
  if (!compiles || configFile !== undefined || directory === undefined) return;
  // A package may name its workspace (`package.workspace`), which need not lie above it: cargo tells later.
  if (/^\s*workspace\s*=/m.test(readRegularFile(join(directory, 'Cargo.toml')).toString())) return;
  if (upward(directory).some((above) => existsSync(join(above, 'cackle.toml')))) return;
  throw new CheckError(
    `there is no cackle.toml beside the Cargo.toml in ${directory} or above, so nothing can be judged`,
    '`cackle init` writes a first one; `command cargo …` is cargo without cackle',
  );
}

/** Throws CheckError when a command behind the gates has started this one: it would take the shim for the user's wrapper. */
function refuseWithin(): void {
  if (process.env.CACKLE_TOKEN === undefined) return;
  throw new CheckError(
    'this program was started by cackle, which judges already what cargo builds in it',
    'run it by itself, or have it call cargo',
  );
}
