import { lstatSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { userCache } from '../paths.ts';
import { shortHash } from '../revisions/kept.ts';

/** Days after which a directory goes that no diff has used. */
const KEPT_DAYS = 14;
/** Milliseconds between two looks whether another process still holds a directory. */
const PAUSE = 200;

/** How a comparison waits for another one. */
interface Waiting {
  readonly signal: AbortSignal;
  /** Takes a text that says for what. */
  readonly tell: (text: string) => void;
}

/**
 * The directories that one comparison uses, and no other at the same time: two would write different files to one copy, and build
 * different packages of one name in one target directory.
 */
export class WorkDirectories {
  private readonly waiting: Waiting;
  private readonly held = new Map<string, Promise<void>>();
  private readonly locks: Server[] = [];

  constructor(waiting: Waiting) {
    this.waiting = waiting;
  }

  /** Resolves to a directory of the user's cache for one purpose and workspace, once it is held; it is used again. */
  async take(purpose: string, of: string): Promise<string> {
    const all = join(userCache(), 'diffs', 'bases');
    const name = `${purpose}-${shortHash(of)}`;
    await this.hold(join(all, name));
    removeOld(all, name);
    return join(all, name);
  }

  /** Resolves when no other comparison uses a directory any more. */
  hold(directory: string): Promise<void> {
    const known = this.held.get(directory);
    if (known !== undefined) return known;
    const holding = this.untilFree(directory);
    this.held.set(directory, holding);
    return holding;
  }

  /** Lets others use the directories. */
  release(): void {
    for (const lock of this.locks) lock.close();
  }

  private async untilFree(directory: string): Promise<void> {
    const { signal, tell } = this.waiting;
    for (let tries = 0; !(await this.lock(directory)); tries++) {
      if (tries === 0)
        tell(`note: another \`cackle diff\` is at work in ${directory}: waiting for it`);
      await setTimeout(PAUSE, undefined, { signal });
    }
  }

  /** Resolves to false while another process has it. */
  private lock(directory: string): Promise<boolean> {
    return new Promise((done) => {
      // A socket of Linux without a file: the system gives it back however we end.
      const server = createServer((socket) => socket.destroy());
      server.unref();
      server.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'EADDRINUSE'));
      server.listen(`\0cackle-${shortHash(directory)}`, () => {
        this.locks.push(server);
        done(true);
      });
    });
  }
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
