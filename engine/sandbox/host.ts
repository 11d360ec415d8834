import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CheckError } from '../judge/problems.ts';
import { type Access, isWithin, type Mount } from './bubblewrap.ts';

/** Directories of this machine that a sandbox hides, and what it shows of them; symbolic links resolved. */
export interface HostPlaces {
  /** Hidden from every sandbox: homes, Cargo's home, /var, temporary directories. */
  readonly hidden: readonly string[];
  /** Hidden as well unless the network is allowed, which needs the resolver's files there. */
  readonly hiddenWithoutNetwork: readonly string[];
  readonly cargoHome: string;
  /** Shown for reading although they lie in hidden places. */
  readonly shown: readonly string[];
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

/** Looks the places up; `HOME`, `CARGO_HOME` and `TMPDIR` count as well as the password database. */
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
    hidden: [...homes, ...existing([cargoHome, '/var', '/tmp', tmpdir(), '/run/user'])],
    hiddenWithoutNetwork: existing(['/run']),
    cargoHome,
    shown: cargoParts.map((part) => join(cargoHome, part)).filter((part) => existsSync(part)),
  };
}

/**
 * Mounts that give a path the access. Where links lead to it through a hidden place, it is there under the
 * name given too. A path that is missing is left out.
 */
export function mountsFor(path: string, access: Access, hidden: readonly string[]): Mount[] {
  const target = real(path);
  if (target === undefined) return [];
  const direct: Mount = { path: target, access };
  const throughHidden = target !== path && hidden.some((place) => isWithin(path, place));
  return throughHidden ? [direct, { path, source: target, access }] : [direct];
}

/**
 * What cargo manages in a target directory: its profile directories, which hold the programs that were judged,
 * and its notes about rustc. Nobody may replace them but cargo and the engine.
 */
export function cargoManaged(targetDirectory: string): string[] {
  // Its newer layout has no `.fingerprint`.
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

function directories(parent: string): string[] {
  try {
    const entries = readdirSync(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}
