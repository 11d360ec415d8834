import { CheckError } from '../errors.ts';
import { askRustc, SYSROOT_ARGUMENTS, VERSION_ARGUMENTS } from './early-questions.ts';
import { cargoProgram, type Finished } from './run-program.ts';

/** The user's cargo and rustc, as found from the environment of a directory. */
export interface Toolchain {
  /** Program to run as cargo: `$CARGO` when cargo started us, else the one on PATH. */
  readonly cargo: string;
  readonly rustc: string;
  /** Target triple of the machine. */
  readonly host: string;
  /** All of `rustc -vV`. */
  readonly version: string;
  /** The major version of the LLVM in rustc, where it has one. */
  readonly llvm: number | undefined;
}

/** The error for a program that could not be started. */
export function cannotStart(program: string, error: unknown, help: string): CheckError {
  const code = (error as NodeJS.ErrnoException).code;
  const reason = code === 'ENOENT' ? 'it was not found' : String((error as Error).message);
  return new CheckError(`cannot run ${program}: ${reason}`, help, { cause: error });
}

/** Directory of the toolchain that rustc belongs to. Throws CheckError. */
export async function readSysroot(directory: string, rustc: string): Promise<string> {
  let result: Finished;
  try {
    result = await askRustc(rustc, SYSROOT_ARGUMENTS, directory);
  } catch (error) {
    throw cannotStart(rustc, error, INSTALL_RUST);
  }
  const sysroot = result.stdout.toString().trim();
  if (result.status !== 0 || sysroot === '')
    throw new CheckError(`\`${rustc} --print sysroot\` failed: ${result.stderr}`, INSTALL_RUST);
  return sysroot;
}

/** Where to get what is missing. */
export const INSTALL_RUST = 'install Rust (https://rustup.rs) or put its bin directory on PATH';

const asked = new Map<string, Promise<Toolchain>>();

/**
 * Asks rustc for its version in `directory` (rustup's toolchain files count), once a process.
 * Throws CheckError when rustc is missing or fails.
 */
export function readToolchain(
  directory: string,
  rustc: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Toolchain> {
  const key = [directory, rustc, cargoProgram(env), env.PATH, env.RUSTUP_TOOLCHAIN].join('\0');
  let toolchain = asked.get(key);
  if (toolchain === undefined) {
    toolchain = askVersion(directory, rustc, env);
    asked.set(key, toolchain);
    toolchain.catch(() => asked.delete(key));
  }
  return toolchain;
}

async function askVersion(
  directory: string,
  rustc: string,
  env: NodeJS.ProcessEnv,
): Promise<Toolchain> {
  let result: Finished;
  try {
    result = await askRustc(rustc, VERSION_ARGUMENTS, directory, env);
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
    cargo: cargoProgram(env),
    rustc,
    host,
    version,
    llvm: llvm === undefined ? undefined : Number(llvm),
  };
}
