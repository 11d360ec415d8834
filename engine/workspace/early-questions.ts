import { resolve } from 'node:path';
import { type FeatureChoice, featureArguments } from '../config/features.ts';
import { nearestManifest } from './cargo-files.ts';
import { KeptAnswers } from './metadata-cache/read.ts';
import { cargoProgram, type Finished, runProgram } from './run-program.ts';

/**
 * The queries of one command to cargo and rustc about a workspace. Both take a while to answer, so the queries that
 * every check makes start early, before the rest of the program is loaded; a later call with the same query gets that
 * answer.
 */
export class WorkspaceQuestions {
  /** Answers of cargo that are kept from one command to the next. */
  readonly answers = new KeptAnswers();
  private readonly early = new Map<string, Promise<Finished>>();

  /**
   * Starts the queries that a check of `path` is likely to make; `signal` ends them. Answers to queries that turn out
   * to differ are not used.
   */
  askEarly(
    path: string,
    features: FeatureChoice | undefined,
    mayKeep: boolean,
    signal: AbortSignal,
  ): void {
    const directory = nearestManifest(resolve(path));
    if (directory === undefined) return;
    const note = (program: string, args: readonly string[], answer: Promise<Finished>): void => {
      // The call that takes the answer gets the error.
      answer.catch(() => undefined);
      this.early.set(keyOf(program, args, directory), answer);
    };
    const rustc = process.env.RUSTC || 'rustc';
    const options = { cwd: directory, env: process.env, signal };
    for (const args of [VERSION_ARGUMENTS, SYSROOT_ARGUMENTS])
      note(rustc, args, runProgram(rustc, args, options));
    if (likelyHost === undefined) return;
    const args = metadataArguments([likelyHost], features);
    note(cargoProgram(), args, this.askMetadata(args, directory, mayKeep, signal));
  }

  /**
   * Asks `cargo metadata`, or returns the result of the same early query; each early result is returned once. With
   * `mayKeep`, an answer in the user's cache that is still valid is used, and a new one is noted in order to be kept
   * later.
   */
  askCargo(args: readonly string[], directory: string, mayKeep: boolean): Promise<Finished> {
    const early = this.takeEarly(cargoProgram(), args, directory);
    return early ?? this.askMetadata(args, directory, mayKeep);
  }

  /** Returns the answer to a question about a directory that is kept and still valid; nothing is asked. */
  keptMetadata(args: readonly string[], directory: string): Buffer | undefined {
    return this.answers.find({
      ...{ program: cargoProgram(), args, directory },
      env: metadataEnvironment(),
    });
  }

  /** Runs rustc in the same way; nothing is stored. Rejects as runProgram does. */
  askRustc(rustc: string, args: readonly string[], directory: string): Promise<Finished> {
    const early = this.takeEarly(rustc, args, directory);
    return early ?? runProgram(rustc, args, { cwd: directory, env: process.env });
  }

  private askMetadata(
    args: readonly string[],
    directory: string,
    mayKeep: boolean,
    signal?: AbortSignal,
  ): Promise<Finished> {
    const question = { program: cargoProgram(), args, directory, env: metadataEnvironment() };
    const kept = mayKeep ? this.answers.find(question) : undefined;
    if (kept !== undefined)
      return Promise.resolve({ status: 0, signal: null, stdout: kept, stderr: '' });
    const asking = mayKeep ? this.answers.beforeAsking(question) : undefined;
    const { program, env } = question;
    const answer = runProgram(program, args, {
      cwd: directory,
      env,
      ...(signal === undefined ? {} : { signal }),
    });
    return asking === undefined
      ? answer
      : answer.then((finished) => {
          if (finished.status === 0) asking.stdout = finished.stdout;
          return finished;
        });
  }

  private takeEarly(
    program: string,
    args: readonly string[],
    directory: string,
  ): Promise<Finished> | undefined {
    const key = keyOf(program, args, directory);
    const early = this.early.get(key);
    this.early.delete(key);
    return early;
  }
}

/**
 * Cargo caches rustc's description of itself in the target directory, for one wrapper only: without this environment,
 * this call and the build that follows would overwrite each other's entry (cargo's source, `util/rustc.rs`).
 */
function metadataEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CARGO_CACHE_RUSTC_INFO: '0' };
}

/** With these arguments rustc prints its version and host. */
export const VERSION_ARGUMENTS: readonly string[] = ['-vV'];
/** With these arguments rustc prints the directory of its toolchain. */
export const SYSROOT_ARGUMENTS: readonly string[] = ['--print', 'sysroot'];

/** Returns the arguments for `cargo metadata`; it leaves out dependencies for platforms other than `platforms`. */
export function metadataArguments(
  platforms: readonly string[],
  features: FeatureChoice | undefined,
): string[] {
  return [
    'metadata',
    '--format-version=1',
    ...platforms.flatMap((platform) => ['--filter-platform', platform]),
    ...(features === undefined ? [] : featureArguments(features)),
  ];
}

/** The target triple of the usual toolchain on this machine. */
export const likelyHost: string | undefined = {
  x64: 'x86_64-unknown-linux-gnu',
  arm64: 'aarch64-unknown-linux-gnu',
}[process.arch as string];

function keyOf(program: string, args: readonly string[], directory: string): string {
  return [program, directory, ...args].join('\0');
}
