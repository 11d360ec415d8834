import { isWithin } from '../paths.ts';
import { type Mount, mountsInOrder } from './mounts.ts';

/** The parts of a command line of the launcher (engine/launcher). */
export interface LandlockRequest {
  readonly launcher: string;
  readonly allowNetwork: boolean;
  /** What is seen; where none of them says anything, nothing is in reach. */
  readonly mounts: readonly Mount[];
  /** Unix sockets that the program may connect to, besides those in places where it may write. */
  readonly connects: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Where the program's own temporary directory is made, and whether it has a home of its own there. */
  readonly temporary: string;
  readonly ownHome: boolean;
  readonly cwd: string;
  /** The name under which the program is started, where it is not its path. */
  readonly arg0?: string | undefined;
  readonly command: readonly string[];
}

/** What a directory has in it, links left out: a rule for a link would be one for where it leads. */
export type Entries = (directory: string) => readonly string[];

/** Returns the command line that runs `command` in Landlock's sandbox. Run it with an empty environment. */
export function landlockCommand(request: LandlockRequest, entries: Entries): string[] {
  const { temporary, ownHome, arg0 } = request;
  return [
    request.launcher,
    ...(request.allowNetwork ? ['--network'] : []),
    ...rulesOf(request.mounts, entries).flatMap(({ path, may }) => [`--${may}`, path]),
    ...request.connects.flatMap((path) => ['--connect', path]),
    '--temporary',
    temporary,
    ...(ownHome ? ['--home'] : []),
    ...[...request.env]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, value]) => ['--setenv', name, value]),
    ...(arg0 === undefined ? [] : ['--arg0', arg0]),
    '--chdir',
    request.cwd,
    '--',
    ...request.command,
  ];
}

/** Does a command line of the launcher keep an absolute path from its program? */
export function isOutOfReach(command: readonly string[], path: string): boolean {
  const end = command.indexOf('--');
  const words = command.slice(0, end);
  return !words.some(
    (word, i) => (word === '--read' || word === '--write') && isWithin(path, words[i + 1] ?? ''),
  );
}

/** A rule of Landlock: what is in or below a path may be read and executed, or written too. */
export interface Rule {
  readonly path: string;
  readonly may: 'read' | 'write';
}

/** A place and what may be done there. */
interface Place {
  readonly path: string;
  readonly level: Level;
}
/** 0: nothing, 1: reading, 2: writing. */
type Level = 0 | 1 | 2;

/**
 * Returns the rules by which a program has in reach what `mounts` show. A rule of Landlock can only give, to all that is below a
 * path: of a directory in which something is out of reach, or less may be done, each other entry gets a rule of its own. The
 * directory itself can then not be listed, nor a file be made in it.
 */
export function rulesOf(mounts: readonly Mount[], entries: Entries): Rule[] {
  const inPlace = mounts.map(
    ({ source, path, access }): Mount => ({ path: source ?? path, access }),
  );
  const places = mountsInOrder(inPlace, 'hide').map(
    ({ path, access }): Place => ({ path, level: levelOf(access) }),
  );
  const isOutermost = ({ path }: Place): boolean =>
    !places.some((other) => other.path !== path && isWithin(path, other.path));
  return places.filter(isOutermost).flatMap((place) => rulesAt(place, places, entries));
}

function levelOf(access: Mount['access']): Level {
  if (access === 'hide' || access === 'empty') return 0;
  return access === 'write' || access === 'user' ? 2 : 1;
}

function rulesAt({ path, level }: Place, places: readonly Place[], entries: Entries): Rule[] {
  const below = places.filter((other) => other.path !== path && isWithin(other.path, path));
  const own: Rule[] = level === 0 ? [] : [{ path, may: level === 1 ? 'read' : 'write' }];
  // What an outer place says counts up to the next inner one.
  const next = below.filter(
    ({ path: inner }) => !below.some((o) => o.path !== inner && isWithin(inner, o.path)),
  );
  const isWhole = below.every((inner) => inner.level >= level);
  if (level === 0 || isWhole)
    return [...own, ...next.flatMap((inner) => rulesAt(inner, below, entries))];
  return entries(path).flatMap((name) => {
    const entry = path === '/' ? `/${name}` : `${path}/${name}`;
    const given = below.find((inner) => inner.path === entry);
    return rulesAt(given ?? { path: entry, level }, below, entries);
  });
}
