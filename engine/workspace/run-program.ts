import { spawn } from 'node:child_process';

/** A program that ended: its exit status (null when a signal ended it) and what it wrote. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a program, with `input` on its stdin if there is any, and resolves when it has ended. Rejects with the system's error when
 * it cannot start (ENOENT …).
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
    readonly input?: string | Buffer;
  } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { input, ...others } = options;
    const stdin = input === undefined ? 'ignore' : 'pipe';
    const child = spawn(program, args, { ...others, stdio: [stdin, 'pipe', 'pipe'] });
    // A program that ends before it has read all says so by its status.
    child.stdin?.on('error', () => undefined).end(input);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
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

/** Returns the program to run as cargo: `$CARGO`, which cargo sets for its subcommands, else `cargo` from PATH. */
export function cargoProgram(env: NodeJS.ProcessEnv = process.env): string {
  return env.CARGO || 'cargo';
}
