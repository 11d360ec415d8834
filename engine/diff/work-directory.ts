import { lstatSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { userCache } from '../paths.ts';
import { shortHash } from '../revisions/kept.ts';

/** Days after which a directory goes that no diff has used. */
const KEPT_DAYS = 14;
/** Milliseconds between two looks whether another process still holds a directory. */
const PAUSE = 200;

/** What this process holds, until it ends. */
const held = new Map<string, Promise<void>>();

/** How somebody waits for another process. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** Takes a text that says for what. */
  readonly tell: (text: string) => void;
}

/** Resolves to a directory of the user's cache for one purpose and workspace, which this process holds; it is used again. */
export async function workDirectory(
  purpose: string,
  of: string,
  waiting: Waiting,
): Promise<string> {
  const all = join(userCache(), 'diffs', 'bases');
  const name = `${purpose}-${shortHash(of)}`;
  await holdDirectory(join(all, name), waiting);
  removeOld(all, name);
  return join(all, name);
}

/**
 * Resolves when this process alone holds a directory, until it ends: two diffs at once would write different files to one copy,
 * and build different packages of one name in one target directory.
 */
export function holdDirectory(directory: string, waiting: Waiting): Promise<void> {
  const known = held.get(directory);
  if (known !== undefined) return known;
  const holding = untilFree(directory, waiting);
  held.set(directory, holding);
  return holding;
}

async function untilFree(directory: string, { signal, tell }: Waiting): Promise<void> {
  for (let tries = 0; !(await isFree(directory)); tries++) {
    if (tries === 0)
      tell(`note: another \`cackle diff\` is at work in ${directory}: waiting for it`);
    await setTimeout(PAUSE, undefined, { signal });
  }
}

function isFree(directory: string): Promise<boolean> {
  return new Promise((done) => {
    // A socket of Linux without a file: the system gives it back however we end.
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'EADDRINUSE'));
    server.listen(`\0cackle-${shortHash(directory)}`, () => done(true));
  });
}

/** Removes what no diff has used for a while, a version's target directory with it; marks `used` as used now. */
function removeOld(all: string, used: string): void {
  const now = new Date();
  try {
    for (const entry of readdirSync(all)) {
      const path = join(all, entry);
      // A copy's git files may lie beside it.
      if (entry === used || entry === `${used}.git`) utimesSync(path, now, now);
      const age = now.getTime() - lstatSync(path).mtimeMs;
      if (age > KEPT_DAYS * 24 * 3_600_000) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // There is none yet, or another diff is doing the same: the cache is never required to be tidy.
  }
}
