import { existsSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/**
 * What a sandbox kept from a program that failed, as the program or the sandbox tells: a file or directory to write
 * (`new`: a directory that is not there yet), the network, or a variable of the environment. `mode`: not the sandbox but
 * the permissions of a file, which root passes over outside.
 */
export type Denial =
  | { readonly what: 'write'; readonly path: string; readonly new: boolean }
  | { readonly what: 'mode'; readonly path: string }
  | { readonly what: 'read'; readonly path: string }
  | { readonly what: 'network' }
  | { readonly what: 'variable'; readonly name: string };

const readOnly =
  /read-only file ?system|ReadOnlyFilesystem|os error 30\b|\bcode: 30\b|\bEROFS\b|permission ?denied|os error 13\b|\bcode: 13\b|\bEACCES\b/i;

const noNetwork =
  /name resolution|resolve host|name or service not known|lookup address|network (?:is )?unreachable|NetworkUnreachable|connection refused|ConnectionRefused|no route to host|dns error|getaddrinfo|os error (?:101|111|113)\b|\bcode: (?:101|111|113)\b|\bE(?:NETUNREACH|CONNREFUSED|HOSTUNREACH|AI_AGAIN)\b|curl: \((?:5|6|7)\)|could not connect|failed to (?:download|fetch)/i;

const noVariable =
  /NotPresent|environment variable|env(?:ironment)? var|not (?:set|defined|found)|must be (?:set|defined)|undefined variable|unset/i;

/** True when the output of a program says that it may not write somewhere. */
export function reportsDeniedWrite(output: string): boolean {
  return readOnly.test(output);
}

/** True when the output of a program says that it did not reach a host. */
export function reportsNoNetwork(output: string): boolean {
  return noNetwork.test(output);
}

const noFile =
  /no such file|NotFound|not found|os error 2\b|\bcode: 2\b|\bENOENT\b|nonexistent|(?:can ?not|could not|can't) find/i;

/** Says that something was to be written; a program to start may be `created` too. */
const aboutWriting = /\b(?:writ(?:e|ing|ten)|creat|touch|mkdir|sav(?:e|ing)|remov|delet)/i;
const aboutPrograms = /\b(?:process|spawn|command|execut|program)/i;

/** True when the output of a program says that a file or directory is not there. */
export function reportsMissingFile(output: string): boolean {
  return noFile.test(output);
}

const refused = /permission ?denied|os error 13\b|\bcode: 13\b|\bEACCES\b/i;

const byLibrary = new Set(['RUST_BACKTRACE', 'RUST_LIB_BACKTRACE', 'RUST_MIN_STACK', 'TMPDIR']);

/**
 * Returns what a sandbox denied to a failed program, as far as its output shows. `hiddenVariables` are those that the
 * sandbox removed; `mentions` says whether the program's file contains a text.
 */
export function denialsIn(
  output: string,
  known: {
    readonly cwd: string;
    readonly hiddenVariables: readonly string[];
    readonly mentions: (name: string) => boolean;
    readonly hasNetwork: boolean;
    /** Is the file at this path outside hidden inside? */
    readonly hides: (path: string) => boolean;
    /** Is a hidden file refused (Landlock), rather than absent? */
    readonly refuses: boolean;
    /** Directories in which the program looks for other programs. */
    readonly searched: readonly string[];
  },
): Denial[] {
  const denials: Denial[] = [];
  const lines = output.split('\n');
  // What an empty place in memory has no directory for is missing there; what is hidden and to be read, too.
  const writing = lines.filter((line) => aboutWriting.test(line) && !aboutPrograms.test(line));
  for (const line of lines.filter((text) => readOnly.test(text)))
    for (const path of pathsIn(line, known.cwd))
      if (writing.includes(line) || !(known.refuses && existsSync(path) && known.hides(path)))
        denials.push(...placesToWrite(path));
  const inHidden = writing
    .filter((line) => noFile.test(line))
    .flatMap((line) => pathsIn(line, known.cwd))
    .filter((path) => existsSync(dirname(path)) && known.hides(path));
  for (const path of inHidden) denials.push(...placesToWrite(path));
  if (!known.hasNetwork && noNetwork.test(output)) denials.push({ what: 'network' });
  const toRead = lines.filter((line) => denials.length === 0 || !writing.includes(line));
  for (const path of hiddenPathsIn(toRead, known)) denials.push({ what: 'read', path });
  for (const name of variablesIn(output, known)) denials.push({ what: 'variable', name });
  return denials;
}

/** Returns the directories of a program's `PATH`. */
export function searchedDirectories(env: ReadonlyMap<string, string>): string[] {
  return (env.get('PATH') ?? '').split(':').filter(isAbsolute);
}

/**
 * Returns the smallest place that has to be writable so that a program can write at `path`: its directory, unless that is a
 * package's. Also the file or directory there whose own mode forbids writing.
 */
export function placesToWrite(path: string): Denial[] {
  const place = placeToWrite(path);
  const found = statOf(path);
  const kept = found ?? statOf(place.path);
  const isKept = kept !== undefined && (kept.mode & 0o200) === 0;
  return isKept
    ? [place, { what: 'mode', path: found === undefined ? place.path : path }]
    : [place];
}

/** Programs print what they like: a path may be too long, lead in circles, or hold a NUL. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function placeToWrite(path: string): Extract<Denial, { what: 'write' }> {
  const found = statOf(path);
  if (found?.isDirectory()) return { what: 'write', path, new: false };
  let directory = dirname(path);
  if (found !== undefined && isPackage(directory)) return { what: 'write', path, new: false };
  let below = path;
  while (!existsSync(directory) && directory !== '/') {
    below = directory;
    directory = dirname(directory);
  }
  return below === path
    ? { what: 'write', path: directory, new: false }
    : { what: 'write', path: below, new: true };
}

function isPackage(directory: string): boolean {
  return existsSync(join(directory, 'Cargo.toml'));
}

/** Paths that a line names: absolute ones, and quoted ones with a slash. */
function pathsIn(line: string, cwd: string): string[] {
  const found = new Set<string>();
  for (const [, quoted] of line.matchAll(/["'`]([^"'`\n]{1,4096})["'`]/g))
    if (quoted?.includes('/') && !/[\s:]{2}|: /.test(quoted)) found.add(resolve(cwd, quoted));
  for (const [, plain] of line.matchAll(/(?:^|[\s(:=])(\/[^\s"'`:;,()]+)/g))
    if (plain !== undefined && isAbsolute(plain)) found.add(resolve(plain));
  return [...found];
}

/** Missing files and programs that the sandbox hides: those that the output names, else the program itself. */
function hiddenPathsIn(
  lines: readonly string[],
  known: Parameters<typeof denialsIn>[1],
): ReadonlySet<string> {
  const missing = lines.filter(
    (line) => noFile.test(line) || (known.refuses && refused.test(line)),
  );
  const found = new Set(
    missing
      .flatMap((line) => pathsIn(line, known.cwd))
      .filter((path) => existsSync(path) && known.hides(path)),
  );
  if (missing.length === 0 || found.size > 0) return found;
  const programs = known.searched.filter(known.hides).flatMap(programsIn);
  const named = programs.filter(({ name }) => missing.some((line) => hasWord(line, name)));
  // Every program contains short names.
  const meant = ({ name }: { name: string }) => name.length > 3 && known.mentions(name);
  for (const { path } of named.length > 0 ? named : programs.filter(meant)) found.add(path);
  return found;
}

function programsIn(directory: string): { readonly name: string; readonly path: string }[] {
  try {
    return readdirSync(directory).map((name) => ({ name, path: join(directory, name) }));
  } catch {
    // PATH may name a directory that is not there.
    return [];
  }
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_])${escaped(word)}(?![A-Za-z0-9_])`).test(text);
}

/** Hidden variables that the output names; else, when the output misses a variable, those that the program's file contains. */
function variablesIn(
  output: string,
  known: { readonly hiddenVariables: readonly string[]; readonly mentions: (n: string) => boolean },
): string[] {
  if (!noVariable.test(output)) return [];
  // Every program contains short names, and the variables that Rust's library reads.
  const long = known.hiddenVariables.filter((name) => name.length > 3 && !byLibrary.has(name));
  const named = long.filter((name) => hasWord(output, name));
  if (named.length > 0 || !/NotPresent|environment variable/.test(output)) return named;
  return long.filter(known.mentions);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
