// What was built from which sources: a hash over names, sizes and times, cheap enough for every start.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';

/** What tools write beside sources: cargo, npm, wasm-pack. */
const made = new Set(['target', 'node_modules', 'pkg']);

/** Hash of the files below `places` (relative to the root): by content, or by size and time.
 * @param {readonly string[]} places @param {boolean} byContent */
export function hashOf(places, byContent) {
  const hash = createHash('sha256');
  for (const place of places) visit(join(root, place), hash, byContent);
  return hash.digest('hex').slice(0, 32);
}

/** @param {string} path @param {import('node:crypto').Hash} hash @param {boolean} byContent */
function visit(path, hash, byContent) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      if (!made.has(name)) visit(join(path, name), hash, byContent);
    }
    return;
  }
  hash.update(relative(root, path));
  hash.update(byContent ? readFileSync(path) : `${stat.size} ${stat.mtimeMs}`);
}

/** Sources of dist/. */
export const sources = [
  'package.json',
  'package-lock.json',
  'Cargo.toml',
  'Cargo.lock',
  'cli',
  'engine',
  'wasm',
  'setup',
];

/** Sources of the parsers. */
export const parserSources = ['Cargo.toml', 'Cargo.lock', 'wasm'];
