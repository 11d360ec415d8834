/** Watches the memory of a tree of processes through /proc (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

const EVERY_MS = 25;
const PAGE_KB = 4;

/** Samples the resident memory (RSS) of the processes below `root` that run one of `names`; their sum counts pages
 * that two of them share twice. What cargo, rustc and the linker take is left out. */
export class TreeSampler {
  #peak = 0;
  #timer;

  /** @param {number} root @param {readonly string[]} names of executables */
  constructor(root, names) {
    this.#timer = setInterval(() => {
      this.#peak = Math.max(this.#peak, residentKilobytes(root, names));
    }, EVERY_MS);
  }

  /** The highest sum that was seen, in MB. */
  stop() {
    clearInterval(this.#timer);
    return this.#peak / 1024;
  }
}

/** @param {number} root @param {readonly string[]} names */
function residentKilobytes(root, names) {
  let sum = 0;
  for (const pid of tree(root)) {
    try {
      if (!names.includes(basename(readlinkSync(`/proc/${pid}/exe`)))) continue;
      sum += Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_KB;
    } catch {
      // It ended meanwhile.
    }
  }
  return sum;
}

/** @param {number} root @returns {Generator<number>} */
function* tree(root) {
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    yield pid;
    try {
      // Each thread has its own children.
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1');
        pending.push(...children.split(' ').filter(Boolean).map(Number));
      }
    } catch {
      // It ended meanwhile.
    }
  }
}
