import { lstatSync, realpathSync, rmSync, utimesSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { userCache } from '../../paths.ts';
import { readRegularFile } from '../../regular-file.ts';
import { configFiles, upward } from '../cargo-files.ts';
import {
  contentDigest,
  type Input,
  type InputKind,
  type Question,
  questionInputs,
  stateOf,
} from './inputs.ts';

/*
 * `cargo metadata` takes a third of a check in which nothing changed. Its answer is kept in the user's cache and used
 * again as long as all of its inputs are the same; any doubt means: run cargo. The inputs are
 *
 * - the question: program, arguments, directory (with and without symbolic links), and every variable that cargo, rustup,
 *   rustc or the dynamic linker may read, all by way of the file's name;
 * - configuration, from the directory upward and in CARGO_HOME, rustup's settings, toolchain files and toolchains, and the
 *   programs themselves: what is there and what is not (`questionInputs`);
 * - Cargo.lock; the Cargo.toml of every package that has no source, and of every directory above it, where a workspace may
 *   be; where cargo finds targets by their names; the packages that globs of `members` find; size and times of the
 *   Cargo.toml of every other package, and of its directory and `src` (`answerInputs` in write.ts).
 *
 * What an answer could depend on beyond that is not kept at all (`refuse…` there).
 */

/** Raise this when the file's layout or the set of inputs changes. */
const VERSION = 1;

/** An input with its state when the answer was made. */
export type KeptInput = readonly [kind: InputKind, path: string, value: string];

/** A run of `cargo metadata` that was started because no answer was kept. */
export interface NewQuestion {
  readonly question: Question;
  /** Where the answer is to be kept. */
  readonly file: string;
  /** When it started, in ms. */
  readonly began: number;
  /** The inputs that do not depend on the answer, as they were before cargo started. */
  readonly before: readonly KeptInput[];
  stdout: Buffer | undefined;
}

/** The answers of cargo that one command has used, and those that it may keep for later ones. */
export class KeptAnswers {
  private readonly used = new Set<string>();
  private readonly newQuestions = new Map<string, NewQuestion>();

  /** Returns the kept answer to a question; undefined when there is none that still holds. */
  find(question: Question): Buffer | undefined {
    try {
      const directory = readableCache(question);
      if (directory === undefined) return undefined;
      const file = join(directory, nameOf(question));
      const { inputs, stdout } = decode(readRegularFile(file));
      for (const [kind, path, value] of inputs)
        if (stateOf({ kind, path }, question.env).value !== value) return undefined;
      this.used.add(file);
      return stdout;
    } catch {
      // Nothing is kept, it is damaged, or an input changed.
      return undefined;
    }
  }

  /** Notes the inputs of an answer before cargo starts; undefined when the answer cannot be kept. */
  beforeAsking(question: Question): NewQuestion | undefined {
    try {
      const directory = readableCache(question, false);
      if (directory === undefined) return undefined;
      const began = Date.now();
      const before = questionInputs(question).map((input) => withState(input, question.env));
      const file = join(directory, nameOf(question));
      const noted: NewQuestion = { question, file, began, before, stdout: undefined };
      this.newQuestions.set(file, noted);
      return noted;
    } catch {
      return undefined;
    }
  }

  /** Returns the new questions since the last call. */
  takeNewQuestions(): NewQuestion[] {
    const all = [...this.newQuestions.values()];
    this.newQuestions.clear();
    return all;
  }

  /** Marks kept answers as used now, because trimming removes those first that were used long ago. */
  markUsed(): void {
    const now = new Date();
    for (const path of this.used) {
      try {
        utimesSync(path, now, now);
      } catch {
        // Another process trimmed it meanwhile.
      }
    }
  }

  /** Removes the kept answers that this process used, because one was wrong. Returns false when none was used. */
  dropUsed(): boolean {
    const any = this.used.size > 0;
    for (const file of this.used) rmSync(file, { force: true });
    this.used.clear();
    return any;
  }
}

/** Returns an input with its state now. */
function withState(input: Input, env: NodeJS.ProcessEnv): KeptInput {
  return [input.kind, input.path, stateOf(input, env).value];
}

/** Returns the directory of kept answers, below the facts in the user's cache: it is cleared with them and shares their limit. */
export function keptDirectory(facts: string): string {
  return join(facts, 'workspaces');
}

/**
 * Returns the directory of kept answers; undefined when it is switched off, or when another user or a build may write
 * there.
 */
function readableCache(question: Question, mustExist = true): string | undefined {
  if (process.env.CACKLE_CACHE === 'off' || mayBeBuiltIn(userCache(), question)) return undefined;
  const facts = join(userCache(), 'facts');
  const found = lstatSync(facts, { throwIfNoEntry: false });
  if (found === undefined) return mustExist ? undefined : keptDirectory(facts);
  const isPrivate =
    found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o777) === 0o700;
  return isPrivate ? keptDirectory(facts) : undefined;
}

/**
 * Returns whether a target directory may be at `cache`. A sandboxed rustc may write in the target directory, and only
 * cargo's answer names that directory. A rustc could forge an answer that is kept there, so no cache in such a place
 * is read.
 */
function mayBeBuiltIn(cache: string, { directory, env }: Question): boolean {
  const isBelow = (place: string): boolean => {
    const path = relative(resolve(directory, place), cache);
    return path === '' || (path.split('/')[0] !== '..' && !path.startsWith('/'));
  };
  const places = [env.CARGO_TARGET_DIR, env.CARGO_BUILD_TARGET_DIR, env.CARGO_BUILD_BUILD_DIR];
  if (places.some((place) => place !== undefined && place !== '' && isBelow(place))) return true;
  // A cache in the home directory is separate from any workspace.
  if (!process.env.XDG_CACHE_HOME) return false;
  const real = realpathSync(directory);
  const manifests = upward(real).filter((above) => textOf(join(above, 'Cargo.toml')) !== undefined);
  const root =
    manifests.find((above) => textOf(join(above, 'Cargo.toml'))?.includes('[workspace')) ??
    manifests.at(-1);
  if (root === undefined || isBelow(root)) return true;
  return configFiles(real, env).some((file) => /target-dir|build-dir/.test(textOf(file) ?? ''));
}

function textOf(path: string): string | undefined {
  try {
    return readRegularFile(path).toString();
  } catch {
    return undefined;
  }
}

/** Variables of cargo, rustup, rustc and the dynamic linker, and those that determine where programs and homes are. */
const variables = /^(?:_*CARGO|RUST|LD_|HOME$|PATH$)/;

/** Returns a file name that identifies the question. */
function nameOf({ program, args, directory, env }: Question): string {
  const environment = Object.keys(env)
    .filter((name) => variables.test(name))
    .sort()
    .map((name) => [name, env[name]]);
  const parts = [VERSION, program, args, directory, realpathSync(directory), environment];
  return `${contentDigest(JSON.stringify(parts))}.answer`;
}

/** Returns the content of an answer's file: a line with the hash of the rest, a line with the inputs, cargo's output as it is. */
export function encode(inputs: readonly KeptInput[], stdout: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify([VERSION, inputs])}\n`), stdout]);
  return Buffer.concat([Buffer.from(`${contentDigest(rest)}\n`), rest]);
}

function decode(bytes: Buffer): { inputs: readonly KeptInput[]; stdout: Buffer } {
  const end = bytes.indexOf('\n');
  const rest = bytes.subarray(end + 1);
  if (end < 0 || bytes.toString('latin1', 0, end) !== contentDigest(rest))
    throw new Error('damaged');
  const second = rest.indexOf('\n');
  const [version, inputs]: [number, KeptInput[]] = JSON.parse(rest.toString('utf8', 0, second));
  if (version !== VERSION || inputs.length === 0) throw new Error('of another version');
  return { inputs, stdout: rest.subarray(second + 1) };
}
