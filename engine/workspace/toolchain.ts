import { CheckError } from '../errors.ts';
import { reasonOf } from '../system-errors.ts';
import {
  SYSROOT_ARGUMENTS,
  VERSION_ARGUMENTS,
  type WorkspaceQuestions,
} from './early-questions.ts';
import { cargoProgram, type Finished, runProgram } from './run-program.ts';

/** The user's cargo and rustc, as found in the environment of a directory. */
export interface Toolchain {
  /** Program to run as cargo: `$CARGO` when cargo started us, else the one on PATH. */
  readonly cargo: string;
  readonly rustc: string;
  /** Target triple of the machine. */
  readonly host: string;
  /** All of `rustc -vV`. */
  readonly version: string;
  /** The major version of the LLVM in rustc; undefined when it has none. */
  readonly llvm: number | undefined;
}

/** Returns the error for a program that could not be started. */
export function cannotStart(program: string, error: unknown, help: string): CheckError {
  const code = (error as NodeJS.ErrnoException).code;
  const reason = code === 'ENOENT' ? 'it was not found' : reasonOf(error);
  return new CheckError(`cannot run ${program}: ${reason}`, help, { cause: error });
}

/** Resolves to the directory of the toolchain that rustc belongs to. Throws CheckError. */
export async function readSysroot(
  directory: string,
  rustc: string,
  questions: WorkspaceQuestions,
): Promise<string> {
  let result: Finished;
  try {
    result = await questions.askRustc(rustc, SYSROOT_ARGUMENTS, directory);
  } catch (error) {
    throw cannotStart(rustc, error, INSTALL_RUST);
  }
  const sysroot = result.stdout.toString().trim();
  if (result.status !== 0 || sysroot === '')
    throw new CheckError(`\`${rustc} --print sysroot\` failed: ${result.stderr}`, INSTALL_RUST);
  return sysroot;
}

/** Help for a missing toolchain. */
export const INSTALL_RUST = 'install Rust (https://rustup.rs) or put its bin directory on PATH';

/** What each rustc reports about itself, which stays the same while this process runs. */
const toolchains = new Map<string, Promise<Toolchain>>();

/**
 * Resolves to the toolchain that rustc reports in `directory` (rustup's toolchain files count), asked once in a
 * process; `questions` may have asked already. Throws CheckError when rustc is missing or fails.
 */
export function readToolchain(
  directory: string,
  rustc: string,
  questions?: WorkspaceQuestions,
): Promise<Toolchain> {
  const { env } = process;
  const key = [directory, rustc, cargoProgram(env), env.PATH, env.RUSTUP_TOOLCHAIN].join('\0');
  let toolchain = toolchains.get(key);
  if (toolchain === undefined) {
    toolchain = askVersion(directory, rustc, questions);
    toolchains.set(key, toolchain);
    toolchain.catch(() => toolchains.delete(key));
  }
  return toolchain;
}

async function askVersion(
  directory: string,
  rustc: string,
  questions: WorkspaceQuestions | undefined,
): Promise<Toolchain> {
  let result: Finished;
  try {
    result = await (questions === undefined
      ? runProgram(rustc, VERSION_ARGUMENTS, { cwd: directory, env: process.env })
      : questions.askRustc(rustc, VERSION_ARGUMENTS, directory));
  } catch (error) {
    throw cannotStart(rustc, error, INSTALL_RUST);
  }
  const version = result.stdout.toString();
  const host = /^host: (\S+)$/m.exec(version)?.[1];
  if (result.status !== 0 || host === undefined) {
    throw new CheckError(
      `\`${rustc} -vV\` failed: ${result.stderr.trim() || version.trim() || `status ${result.status}`}`,
      INSTALL_RUST,
    );
  }
  const llvm = /^LLVM version: (\d+)/m.exec(version)?.[1];
  return {
    cargo: cargoProgram(),
    rustc,
    host,
    version,
    llvm: llvm === undefined ? undefined : Number(llvm),
  };
}
