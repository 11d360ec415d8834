import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { CheckError } from '../errors.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { readToolchain } from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import { NestedCargo, outerOf } from './nested-cargo.ts';
import { OWN_FILES } from './our-variables.ts';
import { profileArguments } from './profile.ts';
import { optionValue, programArguments } from './program-arguments.ts';
import { linkWrapper, makeRunDirectory } from './run-directory.ts';
import { ShimServer } from './server.ts';
import { ensureShim } from './shim.ts';
import { LibraryDirectories } from './system-directories.ts';
import type { BuildHandlers, BuildRequest } from './types.ts';

/** What one run of cargo needs: the server for its shims, and the arguments and environment to start it with. */
export interface ServedRun {
  readonly server: ShimServer;
  readonly cargo: string;
  /** The file of the shim, without links on the way. */
  readonly shim: string;
  /** Our own arguments for cargo: profile, directories and runner. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first error of a handler, which {@link serveRun} throws at the end. */
  readonly stop: AbortSignal;
  readonly fail: (error: unknown) => void;
  /** As in `BuildOutcome`. */
  readonly configVariables: readonly string[];
}

/** Serves shims while `run` runs cargo. Throws what a handler threw, or CheckError. */
export async function serveRun<T>(
  request: BuildRequest,
  workspace: Workspace,
  handlers: BuildHandlers,
  run: (served: ServedRun) => Promise<T>,
): Promise<T> {
  const { storeId, sandboxes, linkAll, runsPrograms } = request;
  const config = await readCargoConfig(request.directory, request.cargoArguments);
  const toolchain = await readToolchain(request.workspaceRoot, config.rustc);
  const directory = await makeRunDirectory();
  const stop = new AbortController();
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    stop.abort();
  };
  try {
    const shim = await ensureShim(toolchain, directory);
    // When the user's cache is not writable, the shim is in a directory that is removed after this run.
    if (!shim.startsWith(directory)) handlers.onShim?.(shim);
    const wrapper = await linkWrapper(workspace, shim, storeId);
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
      tracer: request.tracer,
      nested: new NestedCargo({
        ...{ shim, userWrapper: config.rustcWrapper, isConfined: false },
        outer: () => outerOf(workspace, request.configFile),
        workspace: () => workspace,
      }),
      sandbox: sandboxes && { sandboxes, sysroot: workspace.sysroot, host: toolchain.host },
      fail,
    });
    if (config.rustcWrapper !== undefined && sandboxes?.forRustc === true) {
      handlers.onCargoOutput(
        `note: the wrapper ${config.rustcWrapper} is not used: rustc runs in a sandbox, and a wrapper may compile outside of it`,
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
        shim: realpathSync(shim),
        args: [
          ...profile,
          ...placeArguments(workspace, request.cargoArguments),
          ...(programs?.args ?? []),
        ],
        env: {
          ...withoutUnit(process.env),
          ...programs?.env,
          RUSTC_WRAPPER: wrapper,
          CACKLE_SOCKET: server.socketPath,
          CACKLE_TOKEN: server.token,
          CACKLE_SHIM: shim,
          ...(request.keepsApart ? OWN_FILES : {}),
        },
        stop: stop.signal,
        fail,
        configVariables: config.variables,
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

/**
 * Has cargo build where the workspace says, without links on the way: by these paths programs learn where they are, and
 * sandboxes show them. Not by variables: every program that cargo runs would see them. Throws CheckError where `said` names
 * another one.
 */
function placeArguments(
  { targetDirectory, buildDirectory }: Workspace,
  said: readonly string[],
): string[] {
  const other = optionValue(said, 'target-dir');
  if (other !== undefined)
    throw new CheckError(
      `--target-dir has cargo build in ${other}, but the facts of what it builds are kept in ${targetDirectory}`,
      'leave that option out and let CARGO_TARGET_DIR name the directory, for cackle and cargo',
    );
  const own = ['--target-dir', targetDirectory];
  if (buildDirectory === targetDirectory) return own;
  // A string of JSON is one of TOML.
  return [...own, '--config', `build.build-dir=${JSON.stringify(buildDirectory)}`];
}

/**
 * Removes the variables by which cargo identifies a unit: we inherit them when a build script or a program run by
 * cargo starts us.
 */
export function withoutUnit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CARGO_CRATE_NAME: _, CARGO_BIN_NAME: __, OUT_DIR: ___, ...rest } = env;
  return rest;
}
