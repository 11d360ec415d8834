import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { entriesOf, isWithin } from '../paths.ts';
import type { Access, Mount } from './mounts.ts';

/** Directories of this machine that a sandbox hides, and the parts of them that it shows; symbolic links resolved. */
export interface HostPlaces {
  /** Hidden from every sandbox: homes, Cargo's home, /var, /run, temporary directories. */
  readonly hidden: readonly string[];
  readonly cargoHome: string;
  /** Shown for reading although they lie in hidden directories. */
  readonly shown: readonly string[];
  /** Shown too when the network is allowed: the resolver's files. The other files in /run lead to the machine's services. */
  readonly shownWithNetwork: readonly string[];
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function existing(paths: readonly string[]): string[] {
  return [...new Set(paths.map(real).filter((path) => path !== undefined))];
}

/** Parts of Cargo's home that a build reads. Not git/db and config.toml: both can hold a password or token. */
const cargoParts = ['bin', 'registry', 'git/checkouts'];

/** Finds these directories by `HOME`, `CARGO_HOME`, `TMPDIR` and the password database. Throws CheckError when a home is /. */
export function hostPlaces(env: NodeJS.ProcessEnv = process.env): HostPlaces {
  const homes = existing([homedir(), userInfo().homedir]);
  const root = homes.find((home) => home === '/');
  if (root !== undefined) {
    throw new CheckError(
      'the home directory is /, so a sandbox cannot hide it',
      'set HOME to a directory of its own',
    );
  }
  const cargoHome = env.CARGO_HOME || join(homedir(), '.cargo');
  return {
    hidden: [...homes, ...existing([cargoHome, '/var', '/tmp', tmpdir(), '/run'])],
    cargoHome,
    shown: cargoParts.map((part) => join(cargoHome, part)).filter((part) => existsSync(part)),
    shownWithNetwork: existing(resolver).filter((path) => path.startsWith('/run/')),
  };
}

/**
 * Directories of the system that every program needs for reading, links resolved: Landlock gives these, where Bubblewrap shows all
 * that is not hidden.
 */
export function systemPlaces(): string[] {
  const libraries = ['lib', 'lib32', 'lib64', 'libx32'];
  const names = ['usr', 'bin', 'sbin', ...libraries, 'etc', 'opt', 'nix/store', 'gnu/store'];
  return existing(names.map((name) => `/${name}`));
}

/** Returns where programs in Landlock's sandbox get a temporary directory of their own. */
export function temporaryPlace(): string {
  return existing([tmpdir()])[0] ?? '/tmp';
}

/** Returns the names of what lies in a directory and is no link; none where it cannot be read. */
export function realEntriesOf(directory: string): string[] {
  const isLink = (name: string): boolean =>
    lstatSync(join(directory, name), { throwIfNoEntry: false })?.isSymbolicLink() ?? true;
  return entriesOf(directory).filter((name) => !isLink(name));
}

/** Files that the C library reads to find a host; links among them lead into /run. */
const resolver = ['/etc/resolv.conf', '/run/systemd/resolve', '/run/nscd'];

/** Returns mounts that cover root's private files in /etc when we run as root: in its sandbox a program is root too. */
export function rootFileMounts(): Mount[] {
  return process.getuid?.() === 0 ? unreadable('/etc') : [];
}

function unreadable(directory: string): Mount[] {
  const covers: Mount[] = [];
  for (const name of entriesOf(directory)) {
    const path = join(directory, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isSymbolicLink()) continue;
    if (found.isDirectory() && (found.mode & 0o005) === 0o005) covers.push(...unreadable(path));
    else if (found.isDirectory()) covers.push({ path, access: 'hide' });
    else if ((found.mode & 0o004) === 0) covers.push({ path, access: 'empty' });
  }
  return covers;
}

/**
 * Returns the mounts for an access to a path. When links lead to it through a hidden directory, it is mounted at `path` too.
 * For a missing path there is none.
 */
export function mountsFor(path: string, access: Access, hidden: readonly string[]): Mount[] {
  const target = real(path);
  if (target === undefined) return [];
  const direct: Mount = { path: target, access };
  const throughHidden = target !== path && hidden.some((place) => isWithin(path, place));
  return throughHidden ? [direct, { path, source: target, access }] : [direct];
}

/**
 * Returns the files in a target directory that only cargo and the engine may replace: the profile directories, which hold
 * the programs that were judged, and cargo's cache of rustc's answers.
 */
export function cargoManaged(targetDirectory: string): string[] {
  // Cargo's newer layout has no `.fingerprint`.
  const isProfile = (directory: string) =>
    ['.fingerprint', '.cargo-lock', '.cargo-build-lock'].some((name) =>
      existsSync(join(directory, name)),
    );
  const managed = [join(targetDirectory, '.rustc_info.json')].filter((file) => existsSync(file));
  for (const name of directories(targetDirectory)) {
    const directory = join(targetDirectory, name);
    // `debug`, or `x86_64-unknown-linux-gnu/debug`.
    const below = directories(directory).some((inner) => isProfile(join(directory, inner)));
    if (isProfile(directory) || below) managed.push(directory);
  }
  return managed;
}

/** Returns the directories where a test may write (`CARGO_TARGET_TMPDIR`): `tmp` beside the directory of its profile. */
export function testTemporaries(executable: string, targetDirectory: string): string[] {
  const found = [join(targetDirectory, 'tmp')];
  for (let at = dirname(executable); at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, '.cargo-lock')) || existsSync(join(at, '.fingerprint')))
      found.push(join(dirname(at), 'tmp'));
  }
  return found;
}

function directories(parent: string): string[] {
  try {
    const entries = readdirSync(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}
