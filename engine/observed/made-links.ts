import { dirname, join } from 'node:path';
import { isWithin } from '../paths.ts';

/** Links that are followed in one path at most, as in the kernel (path_resolution(7)). */
const MOST_LINKS = 40;

/** The symbolic links that traced programs made, as they are at each moment: at the end they may be gone. */
export class MadeLinks {
  private readonly targets: Map<string, string>;
  private readonly made = new Map<string, string>();

  /** Takes the links that were there before, or that others make meanwhile. */
  constructor(known: ReadonlyMap<string, string>) {
    this.targets = new Map(known);
  }

  /** The links that were made, whatever became of them. */
  get all(): ReadonlyMap<string, string> {
    return this.made;
  }

  /** Notes a link, by its path without links on the way, and what it says. */
  add(link: string, text: string): void {
    this.targets.set(link, text);
    this.made.set(link, text);
  }

  /** A file or directory got a new name, or another one with `stays`: links in it come along. */
  move(from: string, to: string, stays: boolean): void {
    const moving = this.within(from);
    if (!stays) this.remove(from);
    this.remove(to);
    for (const [link, target] of moving) this.add(to + link.slice(from.length), target);
  }

  /** Both names change places. */
  swap(one: string, other: string): void {
    const [ofOne, ofOther] = [this.within(one), this.within(other)];
    for (const [link] of [...ofOne, ...ofOther]) this.targets.delete(link);
    for (const [link, target] of ofOne) this.add(other + link.slice(one.length), target);
    for (const [link, target] of ofOther) this.add(one + link.slice(other.length), target);
  }

  /** A name is gone, with all that is below. */
  remove(path: string): void {
    for (const [link] of this.within(path)) this.targets.delete(link);
  }

  private within(path: string): (readonly [string, string])[] {
    return [...this.targets].filter(([link]) => isWithin(link, path));
  }

  /**
   * Returns a path from a directory as the kernel walks it: without these links on the way, and with `last` without one at its end. Of
   * the others only those before `..` matter here, and `real` knows them.
   */
  walk(from: string, path: string, last: boolean, real: (path: string) => string): string {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    let current = path.startsWith('/') ? '/' : from;
    let followed = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (part === '..') {
        current = dirname(real(current));
        continue;
      }
      const next = join(current, part);
      const target = this.targets.get(next);
      if (target === undefined || (parts.length === 0 && !last) || ++followed > MOST_LINKS) {
        current = next;
        continue;
      }
      parts.unshift(...target.split('/').filter((one) => one !== '' && one !== '.'));
      current = target.startsWith('/') ? '/' : dirname(next);
    }
    return current;
  }
}
