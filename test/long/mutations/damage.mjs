/** What happens to a target directory without anybody's wish: files that are lost or changed. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** @typedef {(below: number) => number} Random */

/** @param {string} root @param {RegExp} wanted */
function filesIn(root, wanted) {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => wanted.test(path))
    .sort();
}

/** Writes a file and leaves its times as they were. @param {string} path @param {Buffer | string} content */
export function writeBehindTime(path, content) {
  // Node sets no nanoseconds.
  const reference = join(dirname(path), '.reference');
  writeFileSync(reference, '');
  execFileSync('touch', ['-r', path, reference]);
  writeFileSync(path, content);
  execFileSync('touch', ['-r', reference, path]);
  rmSync(reference);
}

/** @param {string} path @param {Random} random */
function flipped(path, random) {
  const bytes = readFileSync(path);
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
}

const OUTPUTS = /\/cackle\/(?!\.).*\.(rlib|rmeta|so|cackle-real)$/;

/** Changes a byte of something that was built, behind its time. @param {string} target @param {Random} random */
export function damageOutput(target, random) {
  const files = filesIn(target, OUTPUTS);
  const path = files[random(files.length)];
  if (path === undefined) return 'nothing';
  writeBehindTime(path, flipped(path, random));
  return path.slice(target.length + 1);
}

/** @param {string} target @param {Random} random */
export function removeOutput(target, random) {
  const files = filesIn(target, OUTPUTS);
  const path = files[random(files.length)];
  if (path === undefined) return 'nothing';
  rmSync(path);
  return path.slice(target.length + 1);
}

/**
 * Removes, cuts or changes a file of the store, or removes a whole part of it.
 * @param {string} target @param {Random} random
 */
export function damageStore(target, random) {
  const store = join(target, '.cackle');
  const part = ['units', 'build-scripts', 'facts', 'answers'][random(4)] ?? 'units';
  const files = filesIn(join(store, part), /\.(record|facts|answer)$/);
  const path = files[random(files.length)];
  if (path === undefined) return 'nothing';
  const name = path.slice(target.length + 1);
  switch (random(8)) {
    case 0:
      rmSync(join(store, part), { recursive: true });
      return `${part} removed`;
    case 1:
      rmSync(join(store, 'id'), { force: true });
      return 'id removed';
    case 2:
      if (random(3) !== 0) break;
      rmSync(store, { recursive: true });
      return 'all removed';
    case 3:
    case 4:
      truncateSync(path, random(readFileSync(path).length));
      return `${name} cut`;
    case 5:
    case 6:
      writeBehindTime(path, flipped(path, random));
      return `${name} changed`;
  }
  rmSync(path);
  return `${name} removed`;
}
