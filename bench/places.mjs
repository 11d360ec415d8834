/** Where the bench keeps its things. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** All that the bench writes. */
export const bench = join(repository, 'target', 'bench');

/** Our program as it is installed: without the look at the sources that `./cackle` begins with. */
export const cackle = join(repository, 'dist', 'cli.js');
