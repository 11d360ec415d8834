import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { likelyHost } from '../workspace/early-questions.ts';
import {
  cannotStart,
  INSTALL_RUST,
  readToolchain,
  type Toolchain,
} from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import type { ProcessEnd } from './cargo-process.ts';
import { type ForwardedSignals, forwardSignals, untilSignalled } from './forwarded-signals.ts';
import { CARGO_DIRECTORY } from './inner-cargo.ts';
import type { OuterWorkspace } from './nested-about.ts';
import { NestedCargo, outerOf } from './nested-cargo.ts';
import { linkPrograms, programArguments, runnerVariable } from './program-arguments.ts';
import { makeRunDirectory } from './run-directory.ts';
import { FLAGS_VERSION } from './rustc-arguments.ts';
import { RUSTC_DIRECTORY } from './rustc-programs.ts';
import { withoutUnit } from './served-run.ts';
import { ShimServer } from './server.ts';
import type { ServerOptions } from './server-options.ts';
import { anyShim } from './shim.ts';
import { LibraryDirectories } from './system-directories.ts';
import type { BuildHandlers, FailedProgram, FailedSandboxedUnit } from './types.ts';

/** A command of cargo's that is to run as the user wrote it. */
export interface GatedRequest {
  readonly program: string;
  readonly directory: string;
  readonly args: readonly string[];
  /** Tells the units of one way of compiling from those of another: part of what cargo hears of rustc's version. */
  readonly family: string;
  /** True where cargo, or its subcommand, runs programs that it built. */
  readonly runsPrograms: boolean;
  /** The file of a subcommand that is none of cargo's: it is started in cargo's place, and gets to cargo only by us. */
  readonly subcommand: string | undefined;
  /** Throws CheckError for a command line of cargo's that cannot be behind the gates. */
  refuse(args: readonly string[], directory: string): Promise<void>;
  /** True where cargo becomes the program that it runs (`cargo run`). */
  readonly becomesProgram: boolean;
  /** True where cargo compiles some units with a rustc that no wrapper stands before (`cargo fix`). */
  readonly replacesRustc: boolean;
  /** What another run of cackle left for this one, where a program of that run has started it. */
  readonly nested?: NestedRun | undefined;
}

/** How a command of cargo's runs that a program behind the gates has started. */
export interface NestedRun {
  readonly shim: string;
  readonly isConfined: boolean;
  readonly outer: OuterWorkspace;
}

/** What is needed as soon as a unit is compiled: not before, since most runs of cargo compile nothing. */
export interface GatedBuild {
  readonly workspace: Workspace;
  readonly toolchain: Toolchain;
  readonly handlers: BuildHandlers;
  readonly sandboxes: Sandboxes | undefined;
  readonly configFile: string;
}

/** How cargo ended, and what failed in its sandbox. */
export interface GatedOutcome extends ProcessEnd {
  readonly failedBuildScripts: readonly FailedProgram[];
  readonly failedTests: readonly FailedProgram[];
  readonly failedSandboxedUnits: readonly FailedSandboxedUnit[];
}

/**
 * Runs cargo in the foreground with our standard streams, and the shim in place of rustc, linkers, build scripts, rustdoc and the
 * runner of programs. `open` is called once, when the first of them asks. SIGINT, SIGTERM and SIGHUP go on as `cackle run` has it (rule
 * 6.17). Throws what `open` or a handler threw, or CheckError.
 */
export async function runGated(
  request: GatedRequest,
  open: () => Promise<GatedBuild>,
): Promise<GatedOutcome> {
  const { directory: cwd, args, runsPrograms } = request;
  const config = await readCargoConfig(cwd, args);
  const toolchain = (): Promise<Toolchain> => readToolchain(cwd, config.rustc);
  const directory = await makeRunDirectory();
  const stop = new AbortController();
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    stop.abort();
  };
  try {
    const { nested } = request;
    const shim = nested?.shim ?? (await anyShim(toolchain, directory));
    const programs = runsPrograms
      ? await programArguments(directory, shim, await toolchain(), config, args)
      : { ...(await linkPrograms(directory, shim)), userRunner: undefined, triples: [] };
    let opened: GatedBuild | undefined;
    let forwarded: ForwardedSignals | undefined;
    let opening: Promise<void> | undefined;
    const ready = (): Promise<void> => {
      opening ??= open().then((build) => {
        const { handlers } = build;
        opened = { ...build, handlers: untilSignalled(handlers, () => forwarded?.ending === true) };
      });
      return opening;
    };
    const gates: Record<string, string> = {
      ...runnerEnvironment(programs.runner, [...programs.triples, likelyHost ?? '']),
      ...(request.replacesRustc
        ? { RUSTC: await lastingLink(directory, shim, join(RUSTC_DIRECTORY, 'rustc')) }
        : {}),
      RUSTDOC: programs.rustdoc,
      // Another path for each family: cargo keeps the answer to `rustc -vV` by it, and would not ask again.
      RUSTC_WRAPPER: await lastingLink(directory, shim, `${request.family}-${FLAGS_VERSION}`),
    };
    const build = (): GatedBuild => {
      if (opened === undefined) throw new Error('a unit came before the build was open');
      return opened;
    };
    const options = optionsOf(build, {
      innerCargo: {
        ...{ program: request.program, path: process.env.PATH ?? '', variables: gates },
        refuse: (words, from) => request.refuse(words, from),
      },
      ...{ directory, shim, ready, fail },
      directories: new LibraryDirectories(),
      userWrapper: config.rustcWrapper,
      userRunner: programs.userRunner,
      ...{ rustc: config.rustc, rustdoc: config.rustdoc },
      configVariables: config.variables,
      // Whatever is judged is linked: a placeholder would be in the user's way.
      linkAll: true,
      storeId: request.family,
      nested: new NestedCargo({
        ...{ shim, userWrapper: config.rustcWrapper },
        isConfined: nested?.isConfined ?? false,
        cargo: nested && request.program,
        outer: () => nested?.outer ?? outerOf(build().workspace, build().configFile),
        workspace: () => build().workspace,
      }),
    });
    const server = new ShimServer(options);
    try {
      await server.listen();
      const env = {
        ...withoutUnit(process.env),
        ...gates,
        ...(request.subcommand === undefined ? {} : await asCargo(directory, shim)),
        CACKLE_SOCKET: server.socketPath,
        CACKLE_TOKEN: server.token,
        CACKLE_SHIM: shim,
      };
      const ended = await inForeground(request, {
        ...{ env, shim, stop: stop.signal },
        started: (signals) => {
          forwarded = signals;
        },
      });
      server.cargoEnded();
      if (failure !== undefined) throw failure.error;
      return {
        ...ended,
        failedBuildScripts: server.failures.buildScripts,
        failedTests: server.failures.tests,
        failedSandboxedUnits: server.failures.sandboxedUnits,
      };
    } finally {
      await server.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Options that are there before a unit is compiled. */
type EarlyOptions = Omit<ServerOptions, 'workspace' | 'handlers' | 'llvm' | 'sandbox'>;

/** Returns the options of a server of which the rest is there once `build` gives it. */
function optionsOf(build: () => GatedBuild, early: EarlyOptions): ServerOptions {
  return {
    ...early,
    get workspace() {
      return build().workspace;
    },
    get handlers() {
      return build().handlers;
    },
    get llvm() {
      return build().toolchain.llvm;
    },
    get sandbox() {
      const { sandboxes, workspace, toolchain } = build();
      return sandboxes && { sandboxes, sysroot: workspace.sysroot, host: toolchain.host };
    },
  };
}

/** Returns the variables by which cargo, whoever starts it, passes programs to our runner. Throws CheckError. */
function runnerEnvironment(runner: string, triples: readonly string[]): Record<string, string> {
  // Cargo splits the value at white space.
  if (/\s/.test(runner))
    throw new CheckError(
      `cargo cannot be told of a runner in ${runner}`,
      'let TMPDIR name a directory without white space in its path',
    );
  const named = triples.filter((triple) => triple !== '');
  return Object.fromEntries(named.map((triple) => [runnerVariable(triple), runner]));
}

/** Creates a link to the shim beside it, so that it is the same in the next run; else in this run's directory. */
async function lastingLink(directory: string, shim: string, name: string): Promise<string> {
  const path = join(dirname(shim), name);
  if (isLinkTo(path, shim)) return path;
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(temporary, { force: true });
    await symlink(shim, temporary);
    await rename(temporary, path);
    return path;
  } catch {
    // The cache can be read and not written: cargo then asks rustc in each run.
    return linkAs(join(directory, name), shim);
  }
}

function isLinkTo(path: string, to: string): boolean {
  try {
    return realpathSync(path) === realpathSync(to);
  } catch {
    return false;
  }
}

async function linkAs(link: string, shim: string): Promise<string> {
  await mkdir(dirname(link), { recursive: true, mode: 0o700 });
  await symlink(shim, link);
  return link;
}

/** Returns the variables by which another program finds the shim in cargo's place, whether it asks for `$CARGO` or for `cargo`. */
async function asCargo(directory: string, shim: string): Promise<Record<string, string>> {
  const link = await linkAs(join(directory, CARGO_DIRECTORY, 'cargo'), shim);
  return { CARGO: link, PATH: `${dirname(link)}:${process.env.PATH ?? ''}` };
}

/** Runs cargo with our standard streams; resolves when it has ended. */
async function inForeground(
  { program, subcommand, args, directory, runsPrograms, becomesProgram }: GatedRequest,
  run: {
    readonly env: NodeJS.ProcessEnv;
    readonly shim: string;
    readonly stop: AbortSignal;
    started(signals: ForwardedSignals): void;
  },
): Promise<ProcessEnd> {
  const file = subcommand ?? program;
  const child = spawn(file, args, { cwd: directory, stdio: 'inherit', env: run.env });
  const end = (): void => void child.kill('SIGTERM');
  run.stop.addEventListener('abort', end, { once: true });
  let forwarded: ForwardedSignals | undefined;
  if (child.pid !== undefined) {
    const becomes = becomesProgram || !runsPrograms;
    forwarded = forwardSignals(child.pid, becomes, realpathSync(run.shim));
    run.started(forwarded);
  }
  try {
    return await new Promise<ProcessEnd>((done, failed) => {
      child.once('error', (error) => failed(cannotStart(file, error, INSTALL_RUST)));
      child.once('close', (status, signal) => done({ status, signal }));
    });
  } finally {
    forwarded?.end();
    run.stop.removeEventListener('abort', end);
  }
}
