// Makes dist/ when it is missing or older than its sources; a start that finds all in place costs a few stats.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { hashOf, sources } from './stamp.mjs';

const stampFile = join(root, 'dist', 'stamp');

/** Resolves when dist/ belongs to the sources. Throws an Error whose message says what to do. */
export async function ensureBuilt() {
  const stamp = hashOf(sources, false);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  const { buildAll } = await import('./build.mjs');
  await buildAll(stampFile, () => hashOf(sources, false));
}
