import { spawn } from 'node:child_process';
import { CheckError } from '../judge/problems.ts';

/** The user's cargo and rustc, as found from the environment of a directory. */
export interface Toolchain {
  /** Program to run as cargo: `$CARGO` when cargo started us, else the one on PATH. */
  readonly cargo: string;
  readonly rustc: string;
  /** Target triple of the machine. */
  readonly host: string;
  /** All of `rustc -vV`. */
  readonly version: string;
}

/** A program that ended: its exit status (null when a signal ended it) and what it wrote. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end. Rejects with the system's error when it cannot start (ENOENT …). */
export function runProgram(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (status, signal) => {
      resolve({
        status,
        signal,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/** Cargo's program: `$CARGO`, which cargo sets for its subcommands, else `cargo` from PATH. */
export function cargoProgram(env: NodeJS.ProcessEnv = process.env): string {
  return env.CARGO || 'cargo';
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
    result = await runProgram(rustc, ['--print', 'sysroot'], { cwd: directory });
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
    toolchain = askRustc(directory, rustc, env);
    asked.set(key, toolchain);
    toolchain.catch(() => asked.delete(key));
  }
  return toolchain;
}

async function askRustc(
  directory: string,
  rustc: string,
  env: NodeJS.ProcessEnv,
): Promise<Toolchain> {
  let result: Finished;
  try {
    result = await runProgram(rustc, ['-vV'], { cwd: directory, env });
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
  return { cargo: cargoProgram(env), rustc, host, version };
}
