import type { JoinInput } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import { reservedCrates } from '../workspace/reserved-crates.ts';

/** Tells the toolchain's crates from others of their names, by what its own objects call them. */
export class SysrootCrates {
  private readonly crates = new Set<string>();
  /** Names of which the toolchain's objects tell more: one that was built with legacy symbols does not. */
  private readonly told = new Set<string>();

  /** `ownerless` marks by input what the toolchain brought. */
  constructor({ inputs }: JoinedOutput, ownerless: readonly boolean[]) {
    inputs.forEach(({ loaded }: JoinInput, input) => {
      if (ownerless[input] !== true) return;
      for (const crate of loaded.crates()) {
        this.crates.add(crate);
        if (crate.endsWith(']')) this.told.add(crateName(crate));
      }
    });
  }

  /** Is that crate (`std[5f3a]`) the toolchain's? */
  has(crate: string): boolean {
    if (this.crates.has(crate)) return true;
    const name = crateName(crate);
    return reservedCrates.has(name) && !this.told.has(name);
  }
}

/** `std[5f3a]` without what tells it from others of its name. */
export function crateName(crate: string): string {
  const mark = crate.indexOf('[');
  return mark < 0 ? crate : crate.slice(0, mark);
}
