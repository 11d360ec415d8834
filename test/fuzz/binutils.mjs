// Objects against readelf and addr2line of binutils: what the fuzzers kept, what the local compilers make, and the standard library.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { unpackKept } from './corpus.mjs';
import { makeSeeds } from './seeds.mjs';
import { common } from './ts/bundle.mjs';

/** So many objects of the standard library's crates are enough: they are large. */
const REAL = 200;

/** Compares objects; gives how many, of what, and every difference. Objects are laid below `work`.
 * @param {string} work */
export async function compareWithBinutils(work) {
  const outfile = join(work, 'ts/binutils.mjs');
  const format = /** @type {const} */ ({ ...common, format: 'esm', define: {}, banner: {} });
  await build({ ...format, entryPoints: ['binutils.ts'], outfile });
  /** @type {typeof import('./ts/binutils.ts')} */
  const { compare } = await import(outfile);
  const kept = join(work, 'binutils/kept');
  rmSync(kept, { recursive: true, force: true });
  for (const name of ['elf', 'dwarf']) unpackKept(name, kept);
  const seeds = filesIn(makeSeeds(join(work, 'seeds')).objects).filter((file) =>
    file.endsWith('.o'),
  );
  return compare([...seeds, ...standardLibrary(join(work, 'binutils/std'))], filesIn(kept));
}

const filesIn = (/** @type {string} */ directory) =>
  readdirSync(directory)
    .sort()
    .map((file) => join(directory, file));

/** Objects of the standard library of the local rustc. @param {string} directory */
function standardLibrary(directory) {
  rmSync(directory, { recursive: true, force: true });
  const run = (/** @type {string} */ program, /** @type {string[]} */ args) =>
    execFileSync(program, args, { encoding: 'utf8' }).trim();
  const libraries = run('rustc', ['--print', 'target-libdir']);
  const rlibs = filesIn(libraries).filter((file) => file.endsWith('.rlib'));
  for (const [index, rlib] of rlibs.entries()) {
    const into = join(directory, `${index}`);
    mkdirSync(into, { recursive: true });
    run('ar', ['x', '--output', into, rlib]);
  }
  const objects = rlibs.flatMap((_, index) => filesIn(join(directory, `${index}`)));
  const each = Math.max(1, Math.floor(objects.length / REAL));
  // Those of rustc: of an inlined function of C++ without a linkage name, addr2line tells the name of another.
  return objects.filter((file, index) => file.endsWith('.rcgu.o') && index % each === 0);
}
