import { chmodSync, rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckError } from '../judge/problems.ts';

/** `sun_path` of a Unix socket address holds 108 bytes, a closing zero among them (unix(7)). */
const MAX_SOCKET_PATH = 107;
const PREFIX = 'cackle-session-';

/** A private directory for one check: the socket and rewritten response files. */
export interface SessionDirectory {
  readonly path: string;
  readonly socket: string;
  remove(): Promise<void>;
}

/** Makes the directory (0700) and removes those that a killed check left behind. */
export async function makeSessionDirectory(): Promise<SessionDirectory> {
  const failures: string[] = [];
  const places = [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].filter((place) => place !== undefined);
  for (const place of new Set(places)) {
    if (place === '') continue;
    if (Buffer.byteLength(join(place, `${PREFIX}4194304-XXXXXX`, 'socket')) > MAX_SOCKET_PATH) {
      failures.push(`${place}: the path is too long for a socket`);
      continue;
    }
    try {
      await removeAbandoned(place);
      const path = await mkdtemp(join(place, `${PREFIX}${process.pid}-`));
      chmodSync(path, 0o700);
      const removeNow = () => rmSync(path, { recursive: true, force: true });
      process.once('exit', removeNow);
      return {
        path,
        socket: join(path, 'socket'),
        async remove() {
          process.off('exit', removeNow);
          await rm(path, { recursive: true, force: true });
        },
      };
    } catch (error) {
      failures.push(`${place}: ${(error as Error).message}`);
    }
  }
  throw new CheckError(
    `cannot make a directory for the socket (${failures.join('; ')})`,
    'set TMPDIR to a short path that can be written',
  );
}

async function removeAbandoned(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(place, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() && found.uid === process.getuid?.()) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
