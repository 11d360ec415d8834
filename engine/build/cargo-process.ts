import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { CheckError } from '../errors.ts';
import { cannotStart, INSTALL_RUST } from '../workspace/toolchain.ts';
import { CargoStderr, readCargoMessage } from './cargo-messages.ts';
import { Lines } from './lines.ts';
import type { BuildHandlers } from './types.ts';

/** Time in milliseconds that cargo has to end after an interrupt before it is killed. */
const GRACE_MS = 5000;

/** How a process ended. */
export interface ProcessEnd {
  readonly status: number | null;
  readonly signal: string | null;
}

/**
 * Follows a running cargo: passes its messages to the handlers, and, when `signal` is aborted, ends cargo's process
 * group after `closeServer`. Passes a message that cannot be read to `fail`. Throws CheckError when cargo cannot be
 * started.
 */
export async function followCargo(
  cargo: ChildProcess,
  program: string,
  handlers: BuildHandlers,
  signal: AbortSignal,
  fail: (error: unknown) => void,
  closeServer: () => Promise<void>,
): Promise<ProcessEnd> {
  // A daemon that left the group may hold cargo's pipes open long after cargo ended, so do not wait for it.
  const letGo = (): void => {
    cargo.stdout?.destroy();
    cargo.stderr?.destroy();
  };
  let killing: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    kill(cargo, 'SIGINT');
    void closeServer();
    killing = setTimeout(() => kill(cargo, 'SIGKILL'), GRACE_MS);
    if (cargo.exitCode !== null || cargo.signalCode !== null) letGo();
    else cargo.once('exit', letGo);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  const stderr = new CargoStderr(
    (progress) => handlers.onProgress(progress),
    (line) => {
      // `cargo run` announces the program that it starts, which the engine skips.
      if (!line.includes('/cackle-runner/')) handlers.onCargoOutput(line);
    },
  );
  cargo.stderr?.setEncoding('utf8').on('data', (chunk: string) => stderr.write(chunk));
  const take = (line: string): void => {
    if (!line.startsWith('{')) {
      handlers.onCargoOutput(line.replace(/\r$/, ''));
      return;
    }
    try {
      const message = readCargoMessage(line);
      if (message.kind === 'artifact') handlers.onArtifact(message.artifact);
      else if (message.kind === 'executed') handlers.onBuildScriptExecuted(message);
    } catch (error) {
      fail(
        new CheckError(
          `cargo printed a message that cannot be read: ${(error as Error).message}`,
          undefined,
          { cause: error },
        ),
      );
    }
  };
  const read = (async () => {
    // A message ends at a line feed. Node's readline accepts other line ends too, and which ones differs between its
    // versions.
    const lines = new Lines();
    for await (const chunk of cargo.stdout as Readable)
      for (const line of lines.add(chunk as Buffer)) take(line.toString());
    const last = lines.end();
    if (last !== undefined) take(last.toString());
  })();
  try {
    const ended = await new Promise<ProcessEnd>((done, failed) => {
      cargo.once('error', (error) => failed(cannotStart(program, error, INSTALL_RUST)));
      cargo.once('close', (status, endedBy) => done({ status, signal: endedBy }));
    });
    await read.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    stderr.end();
    return ended;
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearTimeout(killing);
    // A process that a build script started may have outlived it, but not its group.
    if (signal.aborted) kill(cargo, 'SIGKILL');
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Every process of the group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
