/** Faults that strike a check: what each does to the check, and how it is taken away before the next one. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { damageStore } from '../mutations/damage.mjs';

/** @typedef {import('../mutations/checked.mjs').Checked} Checked */
/** @typedef {(below: number) => number} Random */
/** @typedef {{ child: import('node:child_process').ChildProcess, done: Promise<Checked> }} Started */
/**
 * @typedef {object} Struck
 * @property {string} what happened, for the log
 * @property {readonly Checked[]} checks that ran meanwhile
 */
/**
 * @typedef {object} Scene
 * @property {string} target directory of the build
 * @property {Random} random
 * @property {number} milliseconds that a check without a fault took
 * @property {() => Started} start begins a check in a process group of its own
 */

/** By kind: strikes a check of the scene. The fault is gone when the promise resolves. */
export const faults = {
  /** The engine alone, as the kernel does it when memory is short. */
  'engine killed': (/** @type {Scene} */ scene) => killing(scene, 'engine', (pid) => [pid]),
  'all killed': (/** @type {Scene} */ scene) =>
    killing(scene, 'engine and all below it', (pid) => [pid, ...descendants(pid)]),
  /** Cargo, the shim, rustc, the linker or a build script. */
  'one of its processes killed': (/** @type {Scene} */ scene) =>
    killing(scene, 'a process', (pid) => {
      const all = descendants(pid);
      return all.length === 0 ? [pid] : [/** @type {number} */ (all[scene.random(all.length)])];
    }),

  'disk full': async (/** @type {Scene} */ { target, random, start }) => {
    const filler = join(target, 'filler');
    const { bavail, bsize } = statfsSync(target);
    // From a page to what a cold check writes.
    const left = 2 ** (12 + random(12));
    const size = Math.max(0, bavail * bsize - left);
    execFileSync('fallocate', ['-l', String(Math.max(1, size)), filler]);
    const checks = [await start().done];
    rmSync(filler);
    return { what: `${left} bytes left`, checks };
  },

  /** What was built yesterday by a clock that ran ahead: all of it is newer than what is edited now. */
  'clock set back': async (/** @type {Scene} */ { target, random, start }) => {
    const ahead = [2, 60, 86_400, 400 * 86_400][random(4)] ?? 2;
    const when = `@${Math.floor(Date.now() / 1000) + ahead}`;
    execFileSync('find', [target, '-exec', 'touch', '--no-dereference', '--date', when, '{}', '+']);
    return { what: `${ahead} s`, checks: [await start().done] };
  },

  'store cut': async (/** @type {Scene} */ { target, random, start }) => ({
    what: damageStore(target, random),
    checks: [await start().done],
  }),

  'checks at once': async (/** @type {Scene} */ { random, start }) => {
    const count = 2 + random(7);
    const started = Array.from({ length: count }, () => start().done);
    return { what: String(count), checks: await Promise.all(started) };
  },

  /** On a file system that gives no hard links, or whole seconds: see run.mjs. */
  none: async (/** @type {Scene} */ { start }) => ({ what: '', checks: [await start().done] }),
};

/** @typedef {keyof typeof faults} Kind */

/** @param {Scene} scene @param {string} whom @param {(engine: number) => readonly number[]} victims */
async function killing({ random, milliseconds, start }, whom, victims) {
  const after = random(Math.ceil(milliseconds * 1.1));
  const { child, done } = start();
  let killed = 0;
  const timer = setTimeout(() => {
    for (const pid of victims(child.pid ?? 0)) {
      try {
        process.kill(pid, 'SIGKILL');
        killed++;
      } catch {
        // It had ended by itself.
      }
    }
  }, after);
  const checked = await done;
  clearTimeout(timer);
  const what = killed === 0 ? 'ended before it was killed' : `${whom} after ${after} ms`;
  return { what, checks: [checked] };
}

/** Every process below one, by /proc. @param {number} root @returns {number[]} */
export function descendants(root) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const found = [];
  for (let pending = children.get(root) ?? []; pending.length > 0; ) {
    found.push(...pending);
    pending = pending.flatMap((pid) => children.get(pid) ?? []);
  }
  return found;
}

/**
 * A seccomp filter under which nothing can make a hard link, as on FAT and some network file systems: `link` and `linkat`
 * fail with EPERM. Written for x86-64 and AArch64 (seccomp(2), linux/audit.h).
 * @param {string} path
 */
export function writeNoLinksFilter(path) {
  const x64 = process.arch === 'x64';
  const [architecture, calls] = x64 ? [0xc000003e, [86, 265]] : [0xc00000b7, [37]];
  const load = 0x20;
  const jumpIfEqual = 0x15;
  const give = 0x06;
  const allow = 0x7fff0000;
  const refuse = 0x00050000 | 1;
  /** @type {[number, number, number, number][]} code, offset when true, offset when false, operand */
  const program = [
    [load, 0, 0, 4],
    [jumpIfEqual, 1, 0, architecture],
    [give, 0, 0, allow],
    [load, 0, 0, 0],
    ...calls.map(
      (call, i) =>
        /** @type {[number, number, number, number]} */ ([jumpIfEqual, calls.length - i, 0, call]),
    ),
    [give, 0, 0, allow],
    [give, 0, 0, refuse],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, yes, no, operand], i) => {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(yes, i * 8 + 2);
    bytes.writeUInt8(no, i * 8 + 3);
    bytes.writeUInt32LE(operand, i * 8 + 4);
  });
  writeFileSync(path, bytes);
}
