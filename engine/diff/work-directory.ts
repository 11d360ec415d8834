import { lstatSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { userCache } from '../paths.ts';
import { shortHash } from '../revisions/kept.ts';

/** Days after which a directory goes that no diff has used. */
const KEPT_DAYS = 14;
/** Diffs of one workspace at once. */
const MOST = 8;

/** What this process holds, by name, until it ends. */
const held = new Map<string, Promise<string>>();

/**
 * Resolves to a directory of the user's cache for one purpose and workspace. It is used again, but by no two processes at
 * once, since each writes other files there: the second gets one of its own. Throws CheckError when too many are at work.
 */
export function workDirectory(purpose: string, of: string): Promise<string> {
  const name = `${purpose}-${shortHash(of)}`;
  const known = held.get(name);
  if (known !== undefined) return known;
  const all = join(userCache(), 'diffs', 'bases');
  const found = holdOne(all, name);
  held.set(name, found);
  return found;
}

async function holdOne(all: string, name: string): Promise<string> {
  for (let i = 1; i <= MOST; i++) {
    const own = i === 1 ? name : `${name}-${i}`;
    const directory = join(all, own);
    if (!(await hold(directory))) continue;
    removeOld(all, own);
    return directory;
  }
  throw new CheckError(
    `${MOST} other runs of \`cackle diff\` on the same workspace are at work`,
    'wait for them',
  );
}

/** Holds a directory until this process ends; resolves to false where another process has it. */
function hold(directory: string): Promise<boolean> {
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
