import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CheckError } from '../judge/problems.ts';
import { type CargoConfig, readCargoConfig } from '../workspace/cargo-config.ts';
import {
  cannotStart,
  INSTALL_RUST,
  readToolchain,
  type Toolchain,
} from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import { CargoStderr, readCargoMessage } from './cargo-messages.ts';
import { profileArguments } from './profile.ts';
import { FLAGS_VERSION } from './rustc-arguments.ts';
import { ShimServer } from './server.ts';
import { ensureShim } from './shim.ts';
import { LibraryDirectories } from './system-directories.ts';
import type { BuildHandlers, BuildOutcome, BuildRequest } from './types.ts';

/** How long cargo has to end after an interrupt before it is killed. */
const GRACE_MS = 5000;

/**
 * Runs cargo with the shim in front of rustc, linker and build scripts, and serves the shims. Throws what
 * a handler threw, or CheckError; cargo's own failure is told in the outcome.
 */
export async function runCargo(
  request: BuildRequest,
  workspace: Workspace,
  handlers: BuildHandlers,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  signal.throwIfAborted();
  const config = await readCargoConfig(request.workspaceRoot, request.cargoArguments);
  const toolchain = await readToolchain(request.workspaceRoot, config.rustc);
  const directory = await runDirectory();
  try {
    return await runIn(directory, { request, workspace, handlers, signal, config, toolchain });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Run {
  readonly request: BuildRequest;
  readonly workspace: Workspace;
  readonly handlers: BuildHandlers;
  readonly signal: AbortSignal;
  readonly config: CargoConfig;
  readonly toolchain: Toolchain;
}

async function runIn(directory: string, run: Run): Promise<BuildOutcome> {
  const { request, workspace, handlers, signal, config, toolchain } = run;
  const shim = await ensureShim(toolchain, directory);
  const wrapper = await wrapperLink(workspace, shim, request.storeId);
  const stop = new AbortController();
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    stop.abort();
  };
  const server = new ShimServer({
    directory,
    shim,
    workspace,
    handlers,
    directories: new LibraryDirectories(),
    userWrapper: config.rustcWrapper,
    linkAll: request.linkAll,
    storeId: request.storeId,
    sandbox: request.sandboxes && {
      sandboxes: request.sandboxes,
      sysroot: workspace.sysroot,
      host: toolchain.host,
    },
    fail,
  });
  if (config.rustcWrapper !== undefined && request.sandboxes?.forRustc === true) {
    handlers.onCargoOutput(
      `note: rustc runs in a sandbox, so without the wrapper ${config.rustcWrapper}, which may compile outside`,
    );
  }
  try {
    await server.listen();
    const profile = await profileArguments(request.profile, request.workspaceRoot, config);
    const cargo = spawn(
      toolchain.cargo,
      [
        request.subcommand,
        '--keep-going',
        '--message-format=json-render-diagnostics',
        ...profile,
        ...(request.colour ? ['--color', 'always'] : []),
        ...request.cargoArguments,
      ],
      {
        cwd: request.workspaceRoot,
        // Its own group, so that one signal ends cargo with all it started.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          RUSTC_WRAPPER: wrapper,
          CACKLE_SOCKET: server.socketPath,
          CACKLE_TOKEN: server.token,
          CACKLE_SHIM: shim,
          ...(request.showProgress
            ? { CARGO_TERM_PROGRESS_WHEN: 'always', CARGO_TERM_PROGRESS_WIDTH: '160' }
            : {}),
        },
      },
    );
    if (cargo.pid !== undefined) server.processGroup = cargo.pid;
    const ended = await follow(
      cargo,
      toolchain.cargo,
      handlers,
      AbortSignal.any([signal, stop.signal]),
      fail,
      () => server.close(),
    );
    if (failure !== undefined) throw failure.error;
    return {
      cargoStatus: ended.status,
      cargoSignal: ended.signal,
      failedUnits: server.failedUnits,
      failedBuildScripts: server.failedBuildScripts,
      failedSandboxedUnits: server.failedSandboxedUnits,
    };
  } finally {
    await server.close();
  }
}

/** Longest path of a Unix socket (Linux, sockaddr_un) less what is put behind the directory. */
const MAX_SOCKET_DIRECTORY = 107 - '/unit-1234567/link.sock'.length;

/** A directory of this run alone, for sockets and what else is needed for a moment. */
async function runDirectory(): Promise<string> {
  const wanted = tmpdir();
  const name = 'cackle-XXXXXX';
  const fits = Buffer.byteLength(join(wanted, name)) <= MAX_SOCKET_DIRECTORY;
  const parent = fits ? wanted : '/tmp';
  try {
    return await mkdtemp(join(parent, 'cackle-'));
  } catch (error) {
    throw new CheckError(
      `cannot make a temporary directory in ${parent}: ${(error as Error).message}`,
      'let TMPDIR name a directory that can be written, with room on its disk',
      { cause: error },
    );
  }
}

/**
 * A path of the shim that differs with the flags and the store: cargo remembers what `rustc -vV` said by
 * the wrapper's path, and would not ask again.
 */
async function wrapperLink(workspace: Workspace, shim: string, storeId: string): Promise<string> {
  const directory = join(workspace.targetDirectory, '.cackle');
  const path = join(directory, `rustc-${FLAGS_VERSION}-${storeId}`);
  try {
    await mkdir(directory, { recursive: true });
    // Renamed into place: cargo of another check may run it at any moment.
    const temporary = `${path}.${process.pid}`;
    await rm(temporary, { force: true });
    await symlink(shim, temporary);
    await rename(temporary, path);
  } catch (error) {
    throw new CheckError(
      `cannot write to ${directory}: ${(error as Error).message}`,
      'the target directory has to be writable, with room on its disk',
      { cause: error },
    );
  }
  return path;
}

async function follow(
  cargo: ChildProcess,
  program: string,
  handlers: BuildHandlers,
  signal: AbortSignal,
  fail: (error: unknown) => void,
  closeServer: () => Promise<void>,
): Promise<{ status: number | null; signal: string | null }> {
  // A daemon that left the group may hold cargo's pipes open long after cargo: nobody waits for it.
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
    (line) => handlers.onCargoOutput(line),
  );
  cargo.stderr?.setEncoding('utf8').on('data', (chunk: string) => stderr.write(chunk));
  const lines = createInterface({ input: cargo.stdout as NonNullable<typeof cargo.stdout> });
  const read = (async () => {
    for await (const line of lines) {
      if (!line.startsWith('{')) {
        handlers.onCargoOutput(line);
        continue;
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
    }
  })();
  try {
    const ended = await new Promise<{ status: number | null; signal: string | null }>(
      (done, failed) => {
        cargo.once('error', (error) => failed(cannotStart(program, error, INSTALL_RUST)));
        cargo.once('close', (status, endedBy) => done({ status, signal: endedBy }));
      },
    );
    await read.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    stderr.end();
    return ended;
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearTimeout(killing);
    // What a build script started may have outlived it, but not its group.
    if (signal.aborted) kill(cargo, 'SIGKILL');
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // All of the group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
