import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../engine/paths.ts';
import { binutils } from './binutils.ts';
import { compareObject, generator, pick, type Sampled } from './compare-places.ts';
import { addr2line } from './place-readers.ts';
import { crates, linkedCrate, tell } from './support.ts';

/** References compared in each crate. */
const PER_CRATE = 400;

// Rules 4.2, 4.7: DWARF places against addr2line of binutils. Sampled are relocations in
// code of the objects of a crate's rlibs, with a fixed seed: file and line of the place, and every function
// that was inlined around it with the place of its call (addr2line tells no columns).
for (const [seed, name] of crates.entries()) {
  test(`places and inlined calls are what addr2line says, in ${name}`, async () => {
    const { units } = await linkedCrate(name);
    const random = generator(seed + 1);
    const rlibs = units
      .flatMap(({ outputs }) => outputs.map(({ path }) => path))
      .filter((path) => path.endsWith('.rlib') && existsSync(path))
      .sort();
    const seen: Sampled = { references: 0, inlined: 0, deepest: 0, sections: 0, objects: 0 };
    const differences: string[] = [];
    const directory = join(packageRoot(), 'target', 'real', `${name}-objects`);
    while (seen.references < PER_CRATE) {
      const rlib = rlibs[random(rlibs.length)] as string;
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      binutils('ar', ['x', '--output', directory, rlib]);
      const objects = readdirSync(directory).filter((file) => file.endsWith('.o'));
      for (const object of pick(objects.sort(), 2, random))
        differences.push(...compareObject(join(directory, object), random, seen, addr2line));
    }
    rmSync(directory, { recursive: true, force: true });
    tell(
      `${name}: ${seen.references} references of ${seen.sections} sections in ${seen.objects} objects; ${seen.inlined} in inlined calls, up to ${seen.deepest} deep`,
    );
    expect(differences).toEqual([]);
    expect(seen.inlined).toBeGreaterThan(PER_CRATE / 20);
  }, 900_000);
}
