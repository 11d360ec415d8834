import { factString, NONE, type ObjectFacts } from '../facts/tables.ts';
import type { JoinInput } from '../graph/join-input.ts';
import type { JoinedOutput } from '../graph/link.ts';
import type { LoadedFacts } from '../graph/loaded-facts.ts';
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
    // Link-time optimisation leaves no objects of the toolchain's that could tell.
    if (this.told.has('std')) return;
    inputs.forEach(({ loaded }: JoinInput, input) => {
      if (ownerless[input] === true) return;
      for (const crate of cratesByPlace(loaded)) this.crates.add(crate);
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

/** A crate on which std depends, by a file of it as it stands in debug info. That of Windows has backslashes. */
const dependencyOfStd = /^\/rust\/deps[/\\]([^/\\]+)-\d[^/\\]*[/\\]/;

const byPlace = new WeakMap<LoadedFacts, readonly string[]>();

/**
 * Returns the crates (`hashbrown[5f3a]`) that are dependencies of std: of functions whose code stands in a file of std's
 * dependency of that name. A package that depends on a crate of the same name has files of its own for it.
 */
function cratesByPlace(loaded: LoadedFacts): readonly string[] {
  const known = byPlace.get(loaded);
  if (known !== undefined) return known;
  const { facts } = loaded;
  const names = namesByPlace(facts);
  const found = new Set<string>();
  const see = (entity: number, place: number): void => {
    if (entity === NONE || place === NONE) return;
    const name = names[place];
    if (name === undefined) return;
    const crate = loaded.crateOfEntity(entity);
    if (crate?.endsWith(']') && crateName(crate) === name) found.add(crate);
  };
  if (names.length > 0) {
    facts.nodePlace.forEach((place, node) => {
      see(facts.nodeEntity[node] as number, place);
    });
    facts.edgePlace.forEach((place, edge) => {
      const frame = facts.edgeFrame[edge] as number;
      if (frame !== NONE) see(facts.frameEntity[frame] as number, place);
    });
  }
  const crates = [...found];
  byPlace.set(loaded, crates);
  return crates;
}

/** By place: the crate in whose file it lies, if that is a dependency of std; empty when none is. */
function namesByPlace(facts: ObjectFacts): readonly (string | undefined)[] {
  const byFile = new Map<number, string | undefined>();
  let isAny = false;
  const names = Array.from(facts.placeFile, (file) => {
    if (!byFile.has(file)) {
      const name = dependencyOfStd.exec(factString(facts, file))?.[1]?.replaceAll('-', '_');
      isAny ||= name !== undefined;
      byFile.set(file, name);
    }
    return byFile.get(file);
  });
  return isAny ? names : [];
}
