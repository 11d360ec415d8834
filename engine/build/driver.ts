import { type ChildProcess, spawn } from 'node:child_process';
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CheckError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { cannotStart, INSTALL_RUST, readToolchain } from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import { CargoStderr, readCargoMessage } from './cargo-messages.ts';
import { Lines } from './lines.ts';
import { profileArguments } from './profile.ts';
import { programArguments } from './program-arguments.ts';
import { FLAGS_VERSION } from './rustc-arguments.ts';
import { ShimServer } from './server.ts';
import { ensureShim } from './shim.ts';
import { LibraryDirectories } from './system-directories.ts';
import type { BuildHandlers, BuildOutcome, BuildRequest, ProgramsOutcome } from './types.ts';

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
  return serveRun(
    request,
    workspace,
    handlers,
    async ({ server, cargo, args, env, stop, fail }) => {
      const child = spawn(
        cargo,
        [
          ...request.subcommand,
          '--message-format=json-render-diagnostics',
          ...(request.colour ? ['--color', 'always'] : []),
          // Not by variables, which all that cargo runs would see.
          ...(request.showProgress
            ? ['--config', 'term.progress.when="always"', '--config', 'term.progress.width=160']
            : []),
          ...args,
          ...request.cargoArguments,
        ],
        {
          cwd: request.directory,
          // Its own group, so that one signal ends cargo with all it started.
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe'],
          env,
        },
      );
      if (child.pid !== undefined) server.processGroup = child.pid;
      handlers.onCargoStarted?.();
      const ended = await follow(
        child,
        cargo,
        handlers,
        AbortSignal.any([signal, stop]),
        fail,
        () => server.close(),
      );
      return {
        cargoStatus: ended.status,
        cargoSignal: ended.signal,
        failedUnits: server.failedUnits,
        killed: server.killed,
        failedBuildScripts: server.failedBuildScripts,
        failedSandboxedUnits: server.failedSandboxedUnits,
      };
    },
  );
}

/**
 * Runs `cargo test` or `cargo run` in the foreground, with our standard streams, when all that it will start was
 * judged. Throws what a handler threw, or CheckError.
 */
export async function runPrograms(
  request: BuildRequest,
  workspace: Workspace,
  handlers: BuildHandlers,
): Promise<ProgramsOutcome> {
  return serveRun(request, workspace, handlers, async ({ server, cargo, args, env, stop }) => {
    const child = spawn(cargo, [...request.subcommand, ...args, ...request.cargoArguments], {
      cwd: request.directory,
      stdio: 'inherit',
      env,
    });
    const end = (): void => void child.kill('SIGTERM');
    stop.addEventListener('abort', end, { once: true });
    const { status, signal } = await new Promise<{ status: number | null; signal: string | null }>(
      (done, failed) => {
        child.once('error', (error) => failed(cannotStart(cargo, error, INSTALL_RUST)));
        child.once('close', (code, endedBy) => done({ status: code, signal: endedBy }));
      },
    );
    return { cargoStatus: status, cargoSignal: signal, failedTests: server.failedTests };
  });
}

interface ServedRun {
  readonly server: ShimServer;
  readonly cargo: string;
  /** Our own arguments for cargo: profile and runner. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first error of a handler, which {@link serveRun} throws in the end. */
  readonly stop: AbortSignal;
  readonly fail: (error: unknown) => void;
}

/** Serves shims while `run` has cargo run. */
async function serveRun<T>(
  request: BuildRequest,
  workspace: Workspace,
  handlers: BuildHandlers,
  run: (served: ServedRun) => Promise<T>,
): Promise<T> {
  const { storeId, sandboxes, linkAll, runsPrograms } = request;
  const config = await readCargoConfig(request.directory, request.cargoArguments);
  const toolchain = await readToolchain(request.workspaceRoot, config.rustc);
  const directory = await runDirectory();
  const stop = new AbortController();
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    stop.abort();
  };
  try {
    const shim = await ensureShim(toolchain, directory);
    // Where the user's cache cannot be written, it is in a directory that goes with this run.
    if (!shim.startsWith(directory)) handlers.onShim?.(shim);
    const wrapper = await wrapperLink(workspace, shim, storeId);
    const programs = runsPrograms
      ? await programArguments(directory, shim, toolchain, config, request.cargoArguments)
      : undefined;
    const server = new ShimServer({
      directory,
      shim,
      workspace,
      handlers,
      directories: new LibraryDirectories(),
      userWrapper: config.rustcWrapper,
      userRunner: programs?.userRunner,
      rustdoc: config.rustdoc,
      configVariables: config.variables,
      linkAll,
      llvm: toolchain.llvm,
      storeId,
      sandbox: sandboxes && { sandboxes, sysroot: workspace.sysroot, host: toolchain.host },
      fail,
    });
    if (config.rustcWrapper !== undefined && sandboxes?.forRustc === true) {
      handlers.onCargoOutput(
        `note: rustc runs in a sandbox, so without the wrapper ${config.rustcWrapper}, which may compile outside`,
      );
    }
    try {
      await server.listen();
      const profile =
        request.profile === undefined
          ? []
          : await profileArguments(request.profile, request.workspaceRoot, config);
      const done = await run({
        server,
        cargo: toolchain.cargo,
        args: [...profile, ...(programs?.args ?? [])],
        env: {
          ...withoutUnit(process.env),
          ...programs?.env,
          RUSTC_WRAPPER: wrapper,
          CACKLE_SOCKET: server.socketPath,
          CACKLE_TOKEN: server.token,
          CACKLE_SHIM: shim,
        },
        stop: stop.signal,
        fail,
      });
      if (failure !== undefined) throw failure.error;
      return done;
    } finally {
      await server.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Started by a build script or a program of cargo's, we have its variables, by which cargo tells units apart. */
function withoutUnit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CARGO_CRATE_NAME: _, CARGO_BIN_NAME: __, OUT_DIR: ___, ...rest } = env;
  return rest;
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
    await makeDirectory(directory);
    // Renamed into place: cargo of another check may run it at any moment.
    const temporary = `${path}.${process.pid}`;
    rmSync(temporary, { force: true });
    symlinkSync(shim, temporary);
    renameSync(temporary, path);
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
    (line) => {
      // `cargo run` tells that it starts what the engine skips.
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
    // A message ends at a line feed; what else ends a line to Node's readline differs between its versions.
    const lines = new Lines();
    for await (const chunk of cargo.stdout as Readable)
      for (const line of lines.add(chunk as Buffer)) take(line.toString());
    const last = lines.end();
    if (last !== undefined) take(last.toString());
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
