import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { userCache } from '../../engine/paths.ts';

const run = promisify(execFile);

/** A browser that can be started. */
export interface Chromium {
  readonly program: string;
  /** For programs that the system has not installed. */
  readonly env: Readonly<Record<string, string>>;
}

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const PACKAGE = 'chromium-headless-shell';

/**
 * Finds Chromium: $CHROMIUM, one in PATH, or Debian's package, downloaded by apt and unpacked into the user's cache, for which
 * nobody has to be root and nothing is installed. Resolves to the reason where none can be had.
 */
export async function findChromium(): Promise<Chromium | string> {
  if (process.env.CHROMIUM) return { program: process.env.CHROMIUM, env: {} };
  for (const directory of (process.env.PATH ?? '').split(delimiter))
    for (const name of NAMES) {
      const program = join(directory, name);
      if (existsSync(program)) return { program, env: {} };
    }
  const kept = join(userCache(), 'tools', PACKAGE);
  try {
    if (!existsSync(kept)) await unpackInto(kept);
    return unpacked(kept);
  } catch (error) {
    const [first = ''] = String((error as { stderr?: string }).stderr || error).split('\n');
    return `no Chromium in PATH, and apt cannot get ${PACKAGE}: ${first}`;
  }
}

function unpacked(root: string): Chromium {
  const libraries = join(root, 'usr', 'lib');
  const [machine] = readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu'));
  if (machine === undefined) throw new Error(`${libraries} has no libraries`);
  const own = join(libraries, machine);
  return {
    program: realpathSync(join(libraries, 'chromium', PACKAGE)),
    env: { LD_LIBRARY_PATH: [own, join(own, 'pulseaudio')].join(delimiter) },
  };
}

/** Downloads the package with what it needs and this system has not; whole or not at all. */
async function unpackInto(place: string): Promise<void> {
  mkdirSync(join(place, '..'), { recursive: true });
  const work = mkdtempSync(`${place}-`);
  try {
    const [debs, root, lists] = ['debs', 'root', 'lists'].map((name) => {
      const directory = join(work, name);
      mkdirSync(directory);
      return directory;
    }) as [string, string, string];
    const simulate = ['install', '--simulate', '--no-install-recommends', PACKAGE];
    let options: string[] = [];
    let { stdout } = await run('apt-get', simulate).catch(() => ({ stdout: '' }));
    if (stdout === '') {
      // The system's lists are empty, as in images, or old: lists of our own need no root.
      mkdirSync(join(lists, 'partial'));
      const state = [`Dir::State::Lists=${lists}`, `Dir::Cache=${lists}`];
      options = state.flatMap((option) => ['-o', option]);
      await run('apt-get', [...options, 'update']);
      ({ stdout } = await run('apt-get', [...options, ...simulate]));
    }
    const names = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name as string);
    await run('apt-get', [...options, 'download', ...names], { cwd: debs });
    await Promise.all(
      readdirSync(debs).map((name) => run('dpkg-deb', ['--extract', join(debs, name), root])),
    );
    unpacked(root);
    renameSync(root, place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
