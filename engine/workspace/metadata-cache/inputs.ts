import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { readRegularFile } from '../../regular-file.ts';
import { configFiles, toolchainFiles, upward } from '../cargo-files.ts';

// The inputs of an answer of `cargo metadata`, and how a change of them shows. This file is loaded before the rest of the
// program, so it imports nothing but Node's own modules.

/** A run of `cargo metadata`. */
export interface Question {
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute; cargo starts there. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Which property of an input counts: the bytes of a file, or its absence (content); the size and times of a file or
 * directory (stamp); that it is a file; the files by which cargo finds the targets of a package; the directories
 * directly below one, and which of them are packages (members); rustup's toolchains; a program on PATH.
 */
export type InputKind =
  | 'content'
  | 'stamp'
  | 'file'
  | 'targets'
  | 'members'
  | 'toolchains'
  | 'program';

/** A file, directory or program that an answer depends on. */
export interface Input {
  readonly kind: InputKind;
  readonly path: string;
}

/** The present state of an input: equal values mean that cargo sees the same. */
export interface State {
  readonly value: string;
  /** Time of the newest change (ctime, ms) if a change during the run would not show in `value`; else 0. */
  readonly changed: number;
}

/** The state of a file that is not there. */
export const ABSENT = 'absent';

/** Reads the state of an input. Throws when it cannot be read, or is not of the expected kind. */
export function stateOf({ kind, path }: Input, env: NodeJS.ProcessEnv): State {
  const look = looks[kind];
  if (look === undefined) throw new Error(`unknown kind of input: ${kind}`);
  return look(path, env);
}

const looks: Readonly<Record<InputKind, (path: string, env: NodeJS.ProcessEnv) => State>> = {
  content(path) {
    const found = statOf(path);
    if (found === undefined) return { value: ABSENT, changed: 0 };
    if (!found.isFile()) throw new Error(`${path} is no file`);
    return { value: contentDigest(readRegularFile(path)), changed: found.ctimeMs };
  },
  stamp: stampOf,
  file: (path) => ({ value: statOf(path)?.isFile() ? 'file' : ABSENT, changed: 0 }),
  targets: targetsOf,
  members(path) {
    let changed = 0;
    // Cargo takes a directory that a glob matches for a package, or reports an error.
    const found = namesIn(path)?.flatMap((name) => {
      const directory = statOf(join(path, name));
      if (!directory?.isDirectory()) return [];
      const manifest = statOf(join(path, name, 'Cargo.toml'));
      changed = Math.max(changed, directory.ctimeMs, manifest?.ctimeMs ?? 0);
      return [name, manifest === undefined ? ABSENT : 'package'];
    });
    return { value: found === undefined ? ABSENT : contentDigest(found.join('\0')), changed };
  },
  toolchains(path) {
    const names = namesIn(path) ?? [];
    const programs = names.flatMap((name) =>
      ['cargo', 'rustc'].map((program) => stampOf(join(path, name, 'bin', program)).value),
    );
    return { value: contentDigest([...names, ...programs].join('\0')), changed: 0 };
  },
  program(name, env) {
    const path = programPath(name, env);
    if (path === undefined) return { value: ABSENT, changed: 0 };
    const real = realpathSync(path);
    return { value: `${real}\0${stampOf(real).value}`, changed: 0 };
  },
};

/**
 * Returns the path at which the system finds a program; undefined when it finds none, or when that depends on more
 * than PATH.
 */
function programPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (name.includes('/')) return isAbsolute(name) && statOf(name)?.isFile() ? name : undefined;
  for (const directory of (env.PATH ?? '').split(':')) {
    if (!isAbsolute(directory)) return undefined;
    const path = join(directory, name);
    if (!statOf(path)?.isFile()) continue;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The system tries the next directory, too.
    }
  }
  return undefined;
}

/**
 * Returns the state of the paths by which cargo finds targets (the Cargo Book, "Target auto-discovery"), and of
 * others that it looks for by name.
 */
function targetsOf(directory: string): State {
  const hash = createHash('sha256');
  let changed = 0;
  const add = (path: string): boolean => {
    const found = statOf(path);
    const kind = found?.isFile() ? 'file' : found?.isDirectory() ? 'directory' : ABSENT;
    // Rewriting a source changes no answer; a new source shows in its directory.
    if (found !== undefined && (kind === 'directory' || path.endsWith('/build.rs')))
      changed = Math.max(changed, found.ctimeMs);
    hash.update(`${path}\0${kind}\0`);
    return kind === 'directory';
  };
  for (const name of ['build.rs', 'README.md', 'README.txt', 'README']) add(join(directory, name));
  for (const part of ['src', 'src/bin', 'examples', 'tests', 'benches']) {
    const path = join(directory, part);
    if (!add(path)) continue;
    for (const name of namesIn(path) ?? [])
      if (add(join(path, name)) && part !== 'src') add(join(path, name, 'main.rs'));
  }
  return { value: hash.digest('hex'), changed };
}

function stampOf(path: string): State {
  const found = statOf(path);
  if (found === undefined) return { value: ABSENT, changed: 0 };
  const { size, mtimeMs, ctimeMs, ino } = found;
  return { value: `${size} ${mtimeMs} ${ctimeMs} ${ino}`, changed: ctimeMs };
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Returns the names in a directory; undefined when there is no such directory. */
function namesIn(path: string): string[] | undefined {
  if (!statOf(path)?.isDirectory()) return undefined;
  const names = readdirSync(path).sort();
  if (names.some((name) => name.includes('\ufffd')))
    throw new Error(`${path} holds a name that is not UTF-8`);
  return names;
}

/** Returns the hash of a file's content, or of a text. */
export function contentDigest(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Returns the inputs of a run of `cargo metadata` that do not depend on its answer. */
export function questionInputs({ program, directory, env }: Question): Input[] {
  const real = realpathSync(directory);
  const rustup = env.RUSTUP_HOME ? resolve(real, env.RUSTUP_HOME) : join(homedir(), '.rustup');
  const own = env.RUSTUP_TOOLCHAIN?.includes('/') ? [resolve(real, env.RUSTUP_TOOLCHAIN)] : [];
  const content = [
    ...configFiles(real, env),
    ...toolchainFiles(real),
    ...upward(real).map((above) => join(above, 'Cargo.toml')),
    join(rustup, 'settings.toml'),
    '/etc/rustup/settings.toml',
  ];
  return [
    ...content.map((path): Input => ({ kind: 'content', path })),
    { kind: 'toolchains', path: join(rustup, 'toolchains') },
    ...own.flatMap((toolchain): Input[] => [
      { kind: 'stamp', path: join(toolchain, 'bin/cargo') },
      { kind: 'stamp', path: join(toolchain, 'bin/rustc') },
    ]),
    { kind: 'program', path: program },
    { kind: 'program', path: 'rustc' },
  ];
}
