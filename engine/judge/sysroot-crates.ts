import type { JoinInput } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import { reservedCrates } from '../workspace/reserved-crates.ts';

/** Tells the toolchain's crates from other crates of the same names, by the names in the toolchain's own objects. */
export class SysrootCrates {
  private readonly crates = new Set<string>();
  /** Crate names that have a mark in the toolchain's objects. A toolchain built with legacy symbols has none. */
  private readonly told = new Set<string>();

  /** `ownerless` marks, by input, what belongs to the toolchain. */
  constructor({ inputs }: JoinedOutput, ownerless: readonly boolean[]) {
    inputs.forEach(({ loaded }: JoinInput, input) => {
      if (ownerless[input] !== true) return;
      for (const crate of loaded.crates()) {
        this.crates.add(crate);
        if (crate.endsWith(']')) this.told.add(crateName(crate));
      }
    });
  }

  /** Returns whether this crate (`std[5f3a]`) belongs to the toolchain. */
  has(crate: string): boolean {
    if (this.crates.has(crate)) return true;
    const name = crateName(crate);
    return reservedCrates.has(name) && !this.told.has(name);
  }
}

/** Returns the name of a crate (`std[5f3a]`) without the mark that distinguishes it from others of the same name. */
export function crateName(crate: string): string {
  const mark = crate.indexOf('[');
  return mark < 0 ? crate : crate.slice(0, mark);
}
