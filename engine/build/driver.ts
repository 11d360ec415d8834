import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannotStart, INSTALL_RUST } from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import { followCargo, type ProcessEnd } from './cargo-process.ts';
import { type ForwardedSignals, forwardSignals, untilSignalled } from './forwarded-signals.ts';
import { serveRun } from './served-run.ts';
import type { BuildHandlers, BuildOutcome, BuildRequest, ProgramsOutcome } from './types.ts';

/**
 * Runs cargo with the shim in place of rustc, linker and build scripts, and serves the shims. Throws what a handler
 * threw, or CheckError; a failure of cargo itself is part of the outcome.
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
    async ({ server, cargo, args, env, stop, fail, configVariables }) => {
      const child = spawn(
        cargo,
        [
          ...request.subcommand,
          '--message-format=json-render-diagnostics',
          ...(request.colour ? ['--color', 'always'] : []),
          // Not by variables: every program that cargo runs would see them.
          ...(request.showProgress
            ? ['--config', 'term.progress.when="always"', '--config', 'term.progress.width=160']
            : []),
          ...args,
          ...request.cargoArguments,
        ],
        {
          cwd: request.directory,
          // A process group of its own, so that one signal ends cargo and everything it started.
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe'],
          env,
        },
      );
      if (child.pid !== undefined) server.processGroup = child.pid;
      handlers.onCargoStarted?.();
      const ended = await followCargo(
        child,
        cargo,
        handlers,
        AbortSignal.any([signal, stop]),
        fail,
        () => server.close(),
      );
      server.cargoEnded();
      // There, cargo keeps that it got no answer, and would not ask again.
      if (server.failures.lostQuestion)
        await rm(join(workspace.buildDirectory, '.rustc_info.json'), { force: true });
      return {
        cargoStatus: ended.status,
        cargoSignal: ended.signal,
        failedUnits: server.failures.units,
        killed: server.failures.killed,
        failedBuildScripts: server.failures.buildScripts,
        configVariables,
        failedSandboxedUnits: server.failures.sandboxedUnits,
      };
    },
  );
}

/**
 * Runs `cargo test` or `cargo run` in the foreground, with our standard streams, once everything that it will start
 * is judged. SIGINT, SIGTERM and SIGHUP go to the program that runs, and then nothing more starts (rule 6.17). Throws
 * what a handler threw, or CheckError, and the reason of `signal` when that is aborted before cargo starts.
 */
export async function runPrograms(
  request: BuildRequest,
  workspace: Workspace,
  handlers: BuildHandlers,
  signal: AbortSignal,
): Promise<ProgramsOutcome> {
  let forwarded: ForwardedSignals | undefined;
  return serveRun(
    request,
    workspace,
    untilSignalled(handlers, () => forwarded?.ending === true),
    async ({ server, cargo, args, env, stop, shim }) => {
      signal.throwIfAborted();
      const child = spawn(cargo, [...request.subcommand, ...args, ...request.cargoArguments], {
        cwd: request.directory,
        stdio: request.keepsStdout === true ? ['inherit', 2, 2] : 'inherit',
        env,
      });
      const end = (): void => void child.kill('SIGTERM');
      stop.addEventListener('abort', end, { once: true });
      if (child.pid !== undefined)
        forwarded = forwardSignals(child.pid, request.subcommand[0] === 'run', shim);
      try {
        const ended = await new Promise<ProcessEnd>((done, failed) => {
          child.once('error', (error) => failed(cannotStart(cargo, error, INSTALL_RUST)));
          child.once('close', (code, endedBy) => done({ status: code, signal: endedBy }));
        });
        return {
          cargoStatus: ended.status,
          cargoSignal: ended.signal,
          failedTests: server.failures.tests,
        };
      } finally {
        forwarded?.end();
      }
    },
  );
}
