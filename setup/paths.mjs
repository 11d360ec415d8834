// Places that set-up reads and writes.
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What set-up keeps for other clones; never required. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cackle');
