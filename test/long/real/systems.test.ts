import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../engine/paths.ts';
import { fetchRealCrate } from '../../../tools/real-crates.mjs';
import { cackle } from '../../support/cackle.ts';
import { noTargets } from '../../support/targets.ts';
import { compareObject, generator, pick, type Sampled } from './compare-places.ts';
import { llvmSymbolizer, noLlvm, unpack } from './place-readers.ts';
import { allowAll, binsOnly, tell, writeConfig } from './support.ts';

/** References compared for each target. */
const PER_TARGET = 600;
const name = 'ripgrep';
const lacking = [noTargets, noLlvm].filter((text) => text !== undefined).join('; ');

// Rules 4.2, 4.7, 4.25: places in COFF and Mach-O objects against llvm-symbolizer, which reads DWARF of both. Its addresses are
// those of a whole object.
describe.skipIf(lacking !== '')(`objects of other systems ${lacking}`, () => {
  test.each(['x86_64-pc-windows-gnu', 'aarch64-apple-darwin', 'x86_64-apple-darwin'])(
    'places and inlined calls are what llvm-symbolizer says, on %s',
    async (target) => {
      // A tree of its own: others are checked beside it.
      const { path } = fetchRealCrate(name, join(packageRoot(), 'target', 'real-systems'));
      const config = writeConfig(path, 'bins', allowAll(path), binsOnly);
      const ran = await cackle(['-n', '--path', path, '-c', config, '--target', target]);
      expect([0, 1], ran.stderr).toContain(ran.status);
      const built = join(path, 'target', target, 'cackle', 'deps');
      const rlibs = readdirSync(built)
        .filter((file) => file.endsWith('.rlib'))
        .sort();
      const random = generator(7);
      const seen: Sampled = { references: 0, inlined: 0, deepest: 0, sections: 0, objects: 0 };
      const differences: string[] = [];
      const directory = join(packageRoot(), 'target', 'real', `${target}-objects`);
      while (seen.references < PER_TARGET) {
        const rlib = rlibs[random(rlibs.length)] as string;
        rmSync(directory, { recursive: true, force: true });
        mkdirSync(directory, { recursive: true });
        unpack(join(built, rlib), directory);
        const objects = readdirSync(directory);
        for (const object of pick(objects.sort(), 2, random))
          differences.push(...compareObject(join(directory, object), random, seen, llvmSymbolizer));
      }
      rmSync(directory, { recursive: true, force: true });
      tell(
        `${name} for ${target}: ${seen.references} references in ${seen.objects} objects; ${seen.inlined} in inlined calls, up to ${seen.deepest} deep`,
      );
      expect(differences).toEqual([]);
      expect(seen.inlined).toBeGreaterThan(PER_TARGET / 20);
    },
    900_000,
  );
});
